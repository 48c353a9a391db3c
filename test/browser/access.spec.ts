// The page for everyone: keyboard, screen reader, phone, dark colours, and the content security policy.
import { asksForTitle } from "../support/title-calls.ts";
import { composer, connected, expect, expectAnswer, newConversation, send, test, timeline } from "./fixtures.ts";

test.beforeEach(({ model }) => model.script((call) => ({ text: asksForTitle(call) ? "Two lines" : "All **right**." })));

test("by keyboard alone: start, write, read, open settings, leave", async ({ page, person: _ }) => {
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip the list" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "New conversation", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(composer(page)).toBeFocused();
  await connected(page);
  await page.keyboard.type("One line");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("and another");
  await page.keyboard.press("Enter");
  await expectAnswer(page, "All right.");
  await expect(composer(page)).toBeFocused();
  await expect(timeline(page).locator(".message-own .plain-text")).toHaveText("One line\nand another");

  await page.keyboard.press("Alt+n");
  await expect(page.getByRole("heading", { name: "Say hello" })).toBeVisible();
  await page.keyboard.press("Alt+ArrowDown");
  await expect(page.getByRole("heading", { name: "Two lines", level: 1 })).toBeVisible();

  await timeline(page).focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(timeline(page)).toBeFocused();
  await page.keyboard.press("/");
  await expect(composer(page)).toBeFocused();
  await expect(composer(page)).toHaveValue("");
});

test("a screen reader finds landmarks, one main heading, names on every control, and hears whole answers", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await send(page, "Hello");
  await expectAnswer(page, "All right.");
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeVisible();
  await expect(page.getByRole("main")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expect(timeline(page)).toHaveAttribute("aria-live", "off");
  await expect(page.locator("[aria-live=polite]").filter({ hasText: "Assistant: All right." })).toBeAttached();
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll("button, a, input, textarea, select")]
      .filter((control) => {
        const labels = control instanceof HTMLInputElement ? control.labels : null;
        return !(control.getAttribute("aria-label") || control.textContent?.trim() || labels?.length);
      })
      .map((control) => control.outerHTML),
  );
  expect(nameless).toEqual([]);
});

test("the page keeps its own content security policy and asks no other host", async ({ page, person, offences }) => {
  const response = await page.reload();
  expect(response?.headers()["content-security-policy"]).toContain("default-src 'none'");
  await newConversation(page);
  await send(page, "Hello");
  await expectAnswer(page, "All right.");
  await page.getByRole("button", { name: "Members", exact: true }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Conversation settings" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `Account of ${person.name}` }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Copy answer" }).hover();
  await expect(page.getByRole("tooltip")).toBeVisible();
  expect(offences).toEqual([]);
});

test("colours follow the system until one is chosen, and the choice is kept", async ({ page, person }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: `Account of ${person.name}` }).click();
  await page.getByRole("menuitemradio", { name: "Light" }).click();
  await page.keyboard.press("Escape");
  expect(await background()).toBe(light);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Conversations" })).toBeVisible();
  expect(await background()).toBe(light);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("list and conversation are two screens, nothing is wider than the screen, fields do not zoom", async ({
    page,
    person: _,
    model,
  }) => {
    const wide = `A ${"very".repeat(40)} long word\n\n\`\`\`\n${"code ".repeat(60)}\n\`\`\`\n\n|a|b|c|d|e|f|\n|-|-|-|-|-|-|\n|${"cell |".repeat(6)}`;
    model.script(() => ({ text: wide }));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Conversations");
    await newConversation(page);
    await expect(page.getByRole("navigation")).toBeHidden();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("New conversation");
    await send(page, "x".repeat(300));
    await expect(page.locator("article.answer")).toHaveAttribute("aria-busy", "false");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await timeline(page).evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    expect(await composer(page).evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))).toBe(16);
    await page.getByRole("link", { name: "Back to the list" }).click();
    await expect(page.getByRole("navigation")).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Conversations");
  });
});
