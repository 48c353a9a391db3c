// The list of conversations, their settings, and long histories.
import type { Page } from "@playwright/test";
import { asksForTitle } from "../support/title-calls.ts";
import { composer, connected, expect, newConversation, numbered, send, test, timeline, writeAll } from "./fixtures.ts";

test.beforeEach(({ model }) =>
  model.script((call) => ({ text: asksForTitle(call) ? "Planning the garden" : "All right." })),
);

const row = (page: Page, title: string) => page.getByRole("listitem").filter({ hasText: title });

test("a conversation is given a title after its first answer, and is renamed and deleted from the list", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await send(page, "How do I plan a garden?");
  await expect(page.getByRole("heading", { name: "Planning the garden", level: 1 })).toBeVisible();
  await expect(row(page, "Planning the garden")).toContainText("Assistant: All right.");

  await row(page, "Planning the garden").hover();
  await page.getByRole("button", { name: "Actions for “Planning the garden”" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Title" }).fill("The garden");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "The garden", level: 1 })).toBeVisible();

  await page.getByRole("button", { name: "Actions for “The garden”" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const question = page.getByRole("alertdialog", { name: "Delete this conversation?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(row(page, "The garden")).toBeVisible();
  await page.getByRole("button", { name: "Actions for “The garden”" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await question.getByRole("button", { name: "Delete conversation" }).click();
  await expect(row(page, "The garden")).toHaveCount(0);
  await expect(page.getByText("No conversations yet.")).toBeVisible();
});

test("settings are kept: model, instructions, and when the assistant answers", async ({ page, person: _, model }) => {
  await newConversation(page);
  await page.getByRole("button", { name: "Conversation settings" }).click();
  const settings = page.getByRole("dialog", { name: "Conversation settings" });
  await settings.getByRole("textbox", { name: "Instructions for the assistant" }).fill("Answer in verse.");
  await settings.getByRole("radio", { name: "Only when mentioned with @assistant" }).check();
  await settings.getByRole("button", { name: "Save" }).click();
  await expect(settings).toBeHidden();
  await page.reload();
  await connected(page);
  await page.getByRole("button", { name: "Conversation settings" }).click();
  await expect(settings.getByRole("textbox", { name: "Instructions for the assistant" })).toHaveValue(
    "Answer in verse.",
  );
  await page.keyboard.press("Escape");

  const calls = model.calls.length;
  await send(page, "A note to myself");
  await expect(timeline(page).getByText("A note to myself")).toBeVisible();
  await send(page, "@assistant what do you say?");
  await expect(timeline(page).getByText("All right.")).toBeVisible();
  const asked = model.calls.slice(calls).filter((call) => !asksForTitle(call));
  expect(asked).toHaveLength(1);
  expect(JSON.stringify(asked[0]?.messages)).toContain("Answer in verse.");
});

test("a draft waits in its conversation", async ({ page, person: _ }) => {
  await newConversation(page);
  const first = page.url();
  await composer(page).fill("Half a thought");
  await newConversation(page);
  await expect(composer(page)).toHaveValue("");
  await page.goto(first);
  await expect(composer(page)).toHaveValue("Half a thought");
});

test("earlier messages come by scrolling up, and what is read stays where it is", async ({ page, person: _ }) => {
  await newConversation(page);
  await writeAll(page, numbered("note", 130));
  await page.reload();
  await expect(timeline(page).getByText("note 130", { exact: true })).toBeInViewport();
  await expect(timeline(page).getByText("note 70", { exact: true })).toHaveCount(0);

  const seen = timeline(page).getByText("note 84", { exact: true });
  // Measured in the same breath: the page before is being asked for already.
  const before = await seen.evaluate((element) => {
    element.scrollIntoView({ block: "center" });
    return element.getBoundingClientRect().y;
  });
  await expect(timeline(page).getByText("note 60", { exact: true })).toBeAttached();
  const after = await seen.evaluate((element) => element.getBoundingClientRect().y);
  expect(Math.abs(after - before)).toBeLessThan(3);

  for (const note of ["note 40", "note 1"]) {
    await timeline(page).evaluate((element) => element.scrollTo(0, 0));
    await expect(timeline(page).getByText(note, { exact: true })).toBeAttached();
  }
  await expect(page.getByText("The beginning of this conversation")).toBeAttached();
  await expect(timeline(page).getByText(/^note \d+$/)).toHaveCount(130);
});

test("new text does not move someone who reads further up; a button leads to it", async ({
  page,
  person: _,
  model,
}) => {
  await newConversation(page);
  await writeAll(page, numbered("note", 40));
  model.script(() => ({ words: 200, intervalMs: 20 }));
  await send(page, "A long one, please");
  await expect(timeline(page).getByText("w5.")).toBeInViewport();
  await timeline(page).evaluate((element) => element.scrollTo(0, 200));
  const top = await timeline(page).evaluate((element) => element.scrollTop);
  await expect(page.getByRole("button", { name: "New messages below" })).toBeVisible();
  await expect(timeline(page).getByText("w120.")).toBeAttached();
  expect(await timeline(page).evaluate((element) => element.scrollTop)).toBe(top);
  await page.getByRole("button", { name: "New messages below" }).click();
  await expect(timeline(page).locator("article.answer")).toHaveAttribute("aria-busy", "false");
  await expect(timeline(page).getByRole("button", { name: "Copy answer" })).toBeInViewport();
});

test("a message field that grows does not cover the newest text", async ({ page, person: _ }) => {
  await newConversation(page);
  await writeAll(page, numbered("note", 30));
  const newest = timeline(page).getByText("note 30", { exact: true });
  await expect(newest).toBeInViewport();
  await composer(page).fill("line\n".repeat(8));
  await expect(newest).toBeInViewport();
  await send(page, "now");
  await expect(timeline(page).getByText("now", { exact: true })).toBeInViewport();
  await expect(page.getByRole("button", { name: /Jump to newest|New messages below/ })).toBeHidden();
});
