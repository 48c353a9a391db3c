// The API's page: our own document in Swagger UI, under our own content security policy (the fixture's watch), with
// requests that work.
import { expect, PASSWORD, test } from "./fixtures.ts";

test("the API's page shows the document, and tries a request out with a bearer token", async ({
  page,
  person,
  context,
  offences,
}) => {
  const login = { username: person.username, password: PASSWORD };
  const { access_token } = await (await page.request.post("/api/v1/auth/login", { data: login })).json();
  await context.clearCookies();

  const document = await page.goto("/api/v1/docs");
  expect(document?.headers()["content-security-policy"]).toContain("default-src 'none'");
  await expect(page.getByRole("heading", { name: /^Edgewise/ })).toBeVisible();
  await page.getByRole("button", { name: "Authorize" }).click();
  await page.getByRole("textbox", { name: "auth-bearer-value" }).first().fill(access_token);
  await page.getByRole("button", { name: "Apply credentials" }).first().click();
  await page.keyboard.press("Escape");

  const operation = page.locator("#operations-me-readProfile");
  await operation.getByRole("button").first().click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table tbody");
  await expect(answer.locator(".response-col_status")).toHaveText(/^200/);
  await expect(answer).toContainText(person.username);
  expect(offences).toEqual([]);
});

test("the API's page follows the system's colours", async ({ page }) => {
  await page.goto("/api/v1/docs");
  const title = page.getByRole("heading", { name: /^Edgewise/ });
  await expect(title).toHaveCSS("color", "rgb(59, 65, 81)");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(title).not.toHaveCSS("color", "rgb(59, 65, 81)");
  await page.locator("#operations-messages-sendMessage").getByRole("button").first().click();
  await page.locator("#operations-messages-sendMessage").scrollIntoViewIfNeeded();
});
