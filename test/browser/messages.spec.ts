// What people do with messages: edit, delete, reply, copy; and with answers: ask again, and choose among them.
import type { Page } from "@playwright/test";
import {
  answers,
  composer,
  connected,
  expect,
  expectAnswer,
  invite,
  lastAnswer,
  newConversation,
  numbered,
  post,
  send,
  test,
  timeline,
  writeAll,
} from "./fixtures.ts";

/** Each answer tells to what it is one, and the how manieth. */
test.beforeEach(({ model }) => {
  const asked = new Map<string, number>();
  model.script(({ messages }) => {
    const question = messages.at(-1)?.content.replace(/^[^:]+: /, "") ?? ""; // who asks stands before it in company
    const times = (asked.get(question) ?? 0) + 1;
    asked.set(question, times);
    return { text: `Answer ${times} to ${question}` };
  });
});

const message = (page: Page, text: string) => timeline(page).locator("article.message").filter({ hasText: text });
const editor = (page: Page) => page.getByRole("textbox", { name: "Text of your message" });

async function choose(page: Page, text: string, action: string): Promise<void> {
  const row = timeline(page).locator("article").filter({ hasText: text }).first();
  await row.hover();
  await row.getByRole("button", { name: "Actions for this message" }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("an own message is edited in its place and answered anew; everyone sees the new text and when it changed", async ({
  page,
  browser,
  person: _,
}) => {
  await newConversation(page);
  await send(page, "How do tides wrok?");
  await expectAnswer(page, "Answer 1 to How do tides wrok?");
  const other = await invite(page, browser, "Grace Hopper");

  await choose(page, "How do tides wrok?", "Edit");
  await expect(editor(page)).toBeFocused();
  await editor(page).fill("How do tides work?");
  await editor(page).press("Enter");
  await expect(editor(page)).toHaveCount(0);
  await expect(composer(page)).toBeFocused();
  for (const each of [page, other.page]) {
    await expect(message(each, "How do tides work?")).toContainText(/edited \d+:\d\d/);
    await expectAnswer(each, "Answer 1 to How do tides work?");
  }
  await expect(timeline(page).getByText("wrok")).toHaveCount(0);
  await other.page.context().close();
});

test("an edit that is not saved survives a reload; Escape gives it up", async ({ page, person: _ }) => {
  await newConversation(page);
  await send(page, "First thought");
  await expectAnswer(page, "Answer 1 to First thought");
  await composer(page).press("ArrowUp");
  await editor(page).fill("Second thought");
  await page.reload();
  await expect(editor(page)).toHaveValue("Second thought");
  await editor(page).press("Escape");
  await expect(message(page, "First thought")).toBeVisible();
  await page.reload();
  await connected(page);
  await expect(message(page, "First thought")).toBeVisible();
  await expect(editor(page)).toHaveCount(0);
});

test("who edits a message is told that it was changed or deleted meanwhile, and keeps what was typed", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  const path = `/api/v1/conversations/${page.url().split("/").at(-1)}/messages/1`;
  await send(page, "First thought");
  await expectAnswer(page, "Answer 1 to First thought");
  await composer(page).press("ArrowUp");
  await editor(page).fill("Second thought");
  await post(page, path, { content: "From the other window" }, "PATCH");
  const note = page.getByRole("alert").filter({ hasText: "Meanwhile" });
  await expect(note).toContainText("changed to “From the other window”. If you save, yours replaces that.");
  await expect(editor(page)).toHaveValue("Second thought");
  await post(page, path, {}, "DELETE");
  await expect(note).toContainText("deleted");
  await expect(editor(page)).toHaveValue("Second thought");
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await editor(page).press("Escape");
  await expect(message(page, "This message was deleted.")).toBeVisible();
});

test("a deleted message is gone for everyone, after asking", async ({ page, browser, person: _ }) => {
  await newConversation(page);
  await send(page, "My secret");
  await expectAnswer(page, "Answer 1 to My secret");
  const other = await invite(page, browser, "Grace Hopper");
  await choose(page, "My secret", "Delete");
  const question = page.getByRole("alertdialog", { name: "Delete this message?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(message(page, "My secret")).toBeVisible();
  await choose(page, "My secret", "Delete");
  await question.getByRole("button", { name: "Delete" }).click();
  for (const each of [page, other.page]) {
    await expect(timeline(each).locator(".message").getByText("This message was deleted.")).toBeVisible();
    await expect(message(each, "My secret")).toHaveCount(0);
  }
  await other.page.context().close();
});

test("somebody else's message is deleted by who moderates, and by no other member; edited by neither", async ({
  page,
  browser,
  person: _,
}) => {
  await newConversation(page);
  const other = await invite(page, browser, "Grace Hopper");
  await send(page, "From Ada");
  await expectAnswer(page, "Answer 1 to From Ada");
  await send(other.page, "From Grace");
  await expectAnswer(page, "Answer 1 to From Grace");

  const actionsOn = async (on: Page, text: string) => {
    await message(on, text).hover();
    await message(on, text).getByRole("button", { name: "Actions for this message" }).click();
    const names = await on.getByRole("menuitem").allInnerTexts();
    await on.keyboard.press("Escape");
    return names;
  };
  expect(await actionsOn(other.page, "From Grace")).toEqual(["Reply", "Copy text", "Edit", "Delete"]);
  expect(await actionsOn(other.page, "From Ada")).toEqual(["Reply", "Copy text"]);
  expect(await actionsOn(page, "From Grace")).toEqual(["Reply", "Copy text", "Delete"]);
  await other.page.context().close();
});

test("a reply shows what it replies to, and a click leads there, to an earlier page too", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await send(page, "The very first");
  await expectAnswer(page, "Answer 1 to The very first");
  await choose(page, "The very first", "Reply");
  await expect(composer(page)).toBeFocused();
  await expect(page.getByRole("group", { name: "The message you reply to" })).toContainText("The very first");
  await composer(page).press("Escape");
  await expect(page.getByRole("group", { name: "The message you reply to" })).toHaveCount(0);

  await choose(page, "The very first", "Reply");
  await send(page, "What did I mean?");
  const reply = message(page, "What did I mean?");
  await expect(reply.locator(".quote")).toHaveText("Ada LovelaceThe very first");
  await expect(page.getByRole("group", { name: "The message you reply to" })).toHaveCount(0);

  const id = page.url().split("/").at(-1);
  await writeAll(page, numbered("note", 90));
  await post(page, `/api/v1/conversations/${id}/messages?wait=false`, { content: "late", answer: false, reply_to: 1 });
  await page.reload();
  await expect(timeline(page).getByText("note 90")).toBeVisible();
  await expect(message(page, "The very first").locator(".plain-text", { hasText: "The very first" })).toHaveCount(0);
  await message(page, "late").locator(".quote", { hasText: "The very first" }).click();
  await expect(message(page, "The very first").first()).toBeInViewport();
  await expect(timeline(page).locator("[data-marked=true]")).toContainText("The very first");
});

test("a quote of an earlier page follows its message: what was edited away or deleted is seen no longer", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  const messages = `/api/v1/conversations/${page.url().split("/").at(-1)}/messages`;
  await writeAll(page, ["A secret", ...numbered("note", 60)]);
  await post(page, `${messages}?wait=false`, { content: "late", answer: false, reply_to: 1 });
  await page.reload();
  const quote = message(page, "late").locator(".quote-text");
  await expect(quote).toHaveText("A secret");
  await post(page, `${messages}/1`, { content: "Nothing to see" }, "PATCH");
  await expect(quote).toHaveText("Nothing to see");
  await post(page, `${messages}/1`, {}, "DELETE");
  await expect(quote).toHaveText("This message was deleted.");
});

test("an answer asked for again becomes a variant; switching is for everyone", async ({ page, browser, person: _ }) => {
  await newConversation(page);
  await send(page, "Once more");
  await expectAnswer(page, "Answer 1 to Once more");
  const other = await invite(page, browser, "Grace Hopper");
  await askAgain(page);
  for (const each of [page, other.page]) {
    await expectAnswer(each, "Answer 2 to Once more");
    await expect(answers(each)).toHaveCount(1);
    await expect(lastAnswer(each).getByText("Answer 2 of 2")).toBeAttached();
  }
  await lastAnswer(page).getByRole("button", { name: "Previous answer" }).press("Enter");
  for (const each of [page, other.page]) await expectAnswer(each, "Answer 1 to Once more");
  await page.keyboard.press("ArrowRight");
  for (const each of [page, other.page]) await expectAnswer(each, "Answer 2 to Once more");
  await page.reload();
  await expectAnswer(page, "Answer 2 to Once more");
  await other.page.context().close();
});

test("who may not choose for everyone looks at another answer alone, and is told so", async ({
  page,
  browser,
  person: _,
}) => {
  await newConversation(page);
  await send(page, "Once more");
  await expectAnswer(page, "Answer 1 to Once more");
  const other = await invite(page, browser, "Grace Hopper", "viewer");
  await askAgain(page);
  await expectAnswer(other.page, "Answer 2 to Once more");
  await lastAnswer(other.page).getByRole("button", { name: "Previous answer" }).click();
  await expectAnswer(other.page, "Answer 1 to Once more");
  await expect(other.page.getByText("Only you are looking at this one")).toBeVisible();
  await expectAnswer(page, "Answer 2 to Once more");
  await other.page.context().close();
});

test("an answer that is being written anew is shown as the last one, under its question", async ({
  page,
  person: _,
  model,
}) => {
  await newConversation(page);
  await send(page, "First question");
  await expectAnswer(page, "Answer 1 to First question");
  await send(page, "Second question");
  await expectAnswer(page, "Answer 1 to Second question");
  model.script(() => ({ words: 300, intervalMs: 30 }));
  const first = answers(page).first();
  await first.getByRole("button", { name: "Ask again" }).click();
  await page.getByRole("menuitem", { name: "With the same settings" }).click();
  await expect(first).toHaveAttribute("aria-busy", "true");
  await expect(first).toContainText("w5.");
  await expect(first.getByText("Answer 2 of 2")).toBeAttached();
  await first.getByRole("button", { name: "Previous answer" }).click();
  await expect(first.locator(".markdown")).toHaveText("Answer 1 to First question");
  await first.getByRole("button", { name: "Next answer" }).click();
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await expect(first).toHaveAttribute("aria-busy", "false");
  await expect(first.getByText("Answer 2 of 2")).toBeAttached();
  await expect(first).toContainText("w5.");
  await expect(answers(page)).toHaveCount(2);
});

test("where several models are set up, asking again offers them, and asks nothing before they are known", async ({
  page,
  person: _,
}) => {
  let known = () => {};
  const asked = new Promise<void>((resolve) => {
    known = resolve;
  });
  await page.route("**/api/v1/models", async (route) => {
    await asked;
    await route.continue();
  });
  await newConversation(page);
  await send(page, "Hello");
  await expectAnswer(page, "Answer 1 to Hello");
  await lastAnswer(page).getByRole("button", { name: "Ask again" }).click();
  await expect(page.getByRole("menuitem", { name: "With the same settings" })).toBeVisible();
  known();
  await page.getByRole("menuitem", { name: "builtin/assistant" }).click();
  await expect(lastAnswer(page)).toContainText("builtin/assistant");
  await expect(lastAnswer(page).getByText("Answer 2 of 2")).toBeAttached();
});

test("where the assistant answers mentions only, the field says so and completes the mention", async ({
  page,
  person: _,
}) => {
  await newConversation(page);
  await page.getByRole("button", { name: "Conversation settings" }).click();
  const settings = page.getByRole("dialog", { name: "Conversation settings" });
  const mode = settings.getByRole("radio", { name: "Only when mentioned with @assistant" });
  await mode.check();
  await expect(mode).toHaveAccessibleDescription(/a message with @assistant in it is answered/);
  await settings.getByRole("button", { name: "Save" }).click();
  await expect(composer(page)).toHaveAttribute("placeholder", "Write a message, or ask @assistant");

  await send(page, "Just for us");
  await composer(page).pressSequentially("Well, @as");
  await composer(page).press("Tab");
  await expect(composer(page)).toHaveValue("Well, @assistant ");
  await composer(page).pressSequentially("what do you say?");
  await expect(page.getByText("The assistant will answer.")).toBeVisible();
  await composer(page).press("Enter");
  await expectAnswer(page, "Answer 1 to Well, @assistant what do you say?");
  await expect(answers(page)).toHaveCount(1);
});

async function askAgain(page: Page): Promise<void> {
  await lastAnswer(page).getByRole("button", { name: "Ask again" }).click();
  await page.getByRole("menuitem", { name: "With the same settings" }).click();
}
