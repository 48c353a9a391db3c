// What administrators see of the deployment and of its users; nobody else is told that there is anything to see.
import type { Page } from "@playwright/test";
import { connected, expect, newConversation, numbered, PASSWORD, secondPage, test, writeAll } from "./fixtures.ts";
import { ADMINISTRATOR } from "./ports.ts";

const ADA = "Ada Administrator";

/** Over the API: the first one to come makes the account. */
async function administrator(page: Page): Promise<void> {
  const credentials = { username: ADMINISTRATOR, password: PASSWORD };
  await page.request.post("/api/v1/auth/signup", { data: { ...credentials, name: ADA } });
  const logIn = await page.request.post("/api/v1/auth/login", { data: credentials });
  expect(logIn.status()).toBe(200);
}

const chart = (page: Page, title: string) => page.getByRole("region", { name: title, exact: true });
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

async function users(page: Page): Promise<void> {
  await administrator(page);
  await page.goto("/admin/users");
  await expect(page.getByRole("table", { name: "Users" })).toBeVisible();
}

async function find(page: Page, username: string): Promise<void> {
  await page.getByRole("textbox", { name: "Find a user" }).fill(username);
  await expect(page.getByRole("row")).toHaveCount(2);
}

async function act(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("an administrator sees the figures move after messages, for the last hour, day and week, drawn and as tables", async ({
  page,
}) => {
  await administrator(page);
  await page.goto("/");
  await newConversation(page);
  await page.getByRole("button", { name: `Account of ${ADA}` }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await expect(page.getByRole("heading", { name: "Administration", level: 1 })).toBeVisible();
  const figures = chart(page, "Messages a second").locator(".chart-figures");
  await expect(figures).toHaveText(/\d/);
  const before = Number(await figures.innerText());

  await page.goBack();
  await connected(page);
  await writeAll(page, numbered("note", 60));
  await page.goForward();
  // Without new messages the rate of a minute only falls as it passes.
  await expect.poll(async () => Number(await figures.innerText()), { timeout: 20_000 }).toBeGreaterThan(before);
  await expect(chart(page, "Response time").locator(".chart-figures")).toHaveText(/\d+ms p50.*\d+ms p95/);

  const drawing = chart(page, "Messages a second").getByRole("img");
  await expect(drawing).toHaveAccessibleName(/^Messages a second: [\d.]+ now, [\d.]+ at most$/);
  const box = await drawing.boundingBox();
  await drawing.hover({ position: { x: 1, y: (box?.height ?? 0) / 2 } });
  await expect(chart(page, "Messages a second").locator(".chart-time")).toHaveText(/\d/);
  for (const range of ["day", "week"]) {
    const answer = page.waitForResponse((response) => response.url().includes("/admin/metrics"));
    await page.getByRole("combobox", { name: "Stretch of time" }).selectOption(range);
    expect((await answer).status()).toBe(200);
  }
  await page.getByRole("button", { name: "As tables" }).click();
  const newest = page.getByRole("region", { name: "Messages a second, as a table" }).getByRole("row").nth(1);
  await expect(newest.getByRole("cell")).toHaveText(/^0?\.?\d/);
});

test("nobody else is told that there is administration", async ({ page, person }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const path of ["/admin", "/admin/users"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  }
  await page.getByRole("button", { name: `Account of ${person.name}` }).click();
  await expect(page.getByRole("menuitem", { name: "Log out" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Administration" })).toHaveCount(0);
  expect(asked.filter((url) => /admin/i.test(new URL(url).pathname.replace(/^\/admin(\/users)?$/, "")))).toEqual([]);
});

test("a user who is disabled is put out of the open page, and comes back when enabled", async ({ page, browser }) => {
  await users(page);
  const grace = await secondPage(browser, "Grace Hopper");
  await newConversation(grace.page);
  await find(page, grace.person.username);
  await act(page, "Grace Hopper", "Disable");
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(row(page, "Grace Hopper").getByText("Disabled")).toBeVisible();
  await expect(grace.page.getByText("Your session ended: log in again")).toBeVisible();
  await grace.page.getByRole("button", { name: "Log in" }).click();
  const logIn = async () => {
    await grace.page.getByRole("textbox", { name: "User name" }).fill(grace.person.username);
    await grace.page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await grace.page.getByRole("button", { name: "Log in" }).click();
  };
  await logIn();
  await expect(grace.page.getByRole("alert")).toContainText(/password/i);

  await act(page, "Grace Hopper", "Enable");
  await page.getByRole("alertdialog").getByRole("button", { name: "Enable" }).click();
  await expect(row(page, "Grace Hopper").getByText("Disabled")).toHaveCount(0);
  await logIn();
  await connected(grace.page);
  await act(page, "Grace Hopper", "Sign out everywhere");
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(grace.page.getByText("Your session ended: log in again")).toBeVisible();
  await grace.page.context().close();
});

test("a user is made with a password that is shown once, given another role, and a link for a new password", async ({
  page,
  browser,
}) => {
  await users(page);
  const username = `made-${Date.now().toString(36)}`;
  await page.getByRole("button", { name: "Create user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "User name" }).fill(ADMINISTRATOR);
  await dialog.getByRole("button", { name: "Create user" }).click();
  await expect(dialog.getByRole("textbox", { name: "User name" })).toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("textbox", { name: "User name" }).fill(username);
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Mary Shelley");
  await dialog.getByRole("button", { name: "Create user" }).click();
  const password = await dialog.getByRole("textbox", { name: "The password" }).inputValue();
  await dialog.getByRole("button", { name: "Done" }).click();

  await find(page, username);
  await page.getByRole("combobox", { name: "Role of Mary Shelley" }).selectOption("Doctor");
  await page.getByRole("alertdialog").getByRole("button", { name: "Change the role" }).click();
  await expect(page.getByRole("combobox", { name: "Role of Mary Shelley" })).toHaveValue("doctor");
  await act(page, "Mary Shelley", "Link for a new password");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await expect(dialog.getByRole("textbox", { name: /^The link/ })).toHaveValue(/\/reset/);
  await dialog.getByRole("button", { name: "Done" }).click();

  const mary = await browser.newContext();
  const maryPage = await mary.newPage();
  await maryPage.goto("/");
  await maryPage.getByRole("textbox", { name: "User name" }).fill(username);
  await maryPage.getByRole("textbox", { name: "Password" }).fill(password);
  await maryPage.getByRole("button", { name: "Log in" }).click();
  await expect(maryPage.getByRole("button", { name: "Account of Mary Shelley" })).toBeVisible();
  await mary.close();
});
