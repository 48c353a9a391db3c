// Signing up, logging in and out.
import { expect, newConversation, PASSWORD, secondPage, test } from "./fixtures.ts";

test("somebody new signs up and starts a conversation", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("textbox", { name: "Your name" }).fill("Mary Shelley");
  await page.getByRole("textbox", { name: "User name" }).fill(`mary-${Date.now().toString(36)}`);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("button", { name: "Account of Mary Shelley" })).toBeVisible();
  await newConversation(page);
  await expect(page.getByRole("heading", { name: "Say hello" })).toBeVisible();
});

test("the page of nobody asks for nothing that is refused", async ({ page }) => {
  const refused: string[] = [];
  page.on("response", (response) => {
    if (response.status() >= 400) refused.push(response.url());
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Log in to Edgewise" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(refused).toEqual([]);
});

test("a wrong password is refused in one sentence, the right one lets in", async ({ page, person }) => {
  await page.context().clearCookies();
  await page.goto("/");
  await page.getByRole("textbox", { name: "User name" }).fill(person.username);
  await page.getByRole("textbox", { name: "Password" }).fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert")).toContainText(/password/i);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("button", { name: `Account of ${person.name}` })).toBeVisible();
});

test("logging out leaves nothing behind for the next person", async ({ page, person }) => {
  await newConversation(page);
  await page.getByRole("textbox", { name: "Message" }).fill("A secret draft");
  await page.getByRole("button", { name: `Account of ${person.name}` }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(page.getByRole("heading", { name: "Log in to Edgewise" })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("secret");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Log in to Edgewise" })).toBeVisible();
});

test("a session ended from elsewhere is said on the open conversation, and logging in leads back to it", async ({
  page,
  person,
  playwright,
}) => {
  await newConversation(page);
  const url = page.url();
  const elsewhere = await playwright.request.newContext({ baseURL: new URL(url).origin });
  const login = await elsewhere.post("/api/v1/auth/login", {
    data: { username: person.username, password: PASSWORD },
  });
  const { access_token } = await login.json();
  const changed = await elsewhere.post("/api/v1/auth/password", {
    data: { current_password: PASSWORD, new_password: `${PASSWORD}!` },
    headers: { authorization: `Bearer ${access_token}` },
  });
  expect(changed.status(), await changed.text()).toBeLessThan(300);
  await elsewhere.dispose();
  await expect(page.getByText("Your session ended: log in again")).toBeVisible();
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("textbox", { name: "User name" }).fill(person.username);
  await page.getByRole("textbox", { name: "Password" }).fill(`${PASSWORD}!`);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(url);
  await expect(page.getByRole("textbox", { name: "Message" })).toBeEnabled();
});

test("somebody else's conversation looks like one that does not exist", async ({ page, browser, person: _ }) => {
  await newConversation(page);
  const other = await secondPage(browser, "Eve");
  await other.page.goto(new URL(page.url()).pathname);
  await expect(other.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await other.page.context().close();
});
