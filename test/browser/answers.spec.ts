// Answers as people see them come: progressively, stopped, tried again, and whole after a reload or a time offline.
import type { WebSocketRoute } from "@playwright/test";
import { fakeText } from "../support/fake-provider.ts";
import { asksForTitle } from "../support/title-calls.ts";
import {
  answers,
  composer,
  connected,
  expect,
  expectAnswer,
  lastAnswer,
  newConversation,
  secondPage,
  send,
  test,
  timeline,
} from "./fixtures.ts";

/** Not the inbox, which has one of its own. */
const CONVERSATION_SOCKET = /\/parties\/conversation\//;

test.beforeEach(({ model }) => model.script(() => ({})));

test("a message is shown at once and its answer as it is written", async ({ page, person: _, model }) => {
  model.script((call) => (asksForTitle(call) ? { text: "Knocking" } : { words: 60, intervalMs: 40 }));
  await newConversation(page);
  await send(page, "Hello, who is there?");
  await expect(timeline(page).getByText("Hello, who is there?")).toBeVisible();
  await expect(composer(page)).toHaveValue("");

  const answer = lastAnswer(page);
  await expect(answer).toHaveAttribute("aria-busy", "true");
  const lengths = new Set<number>();
  await expect(async () => {
    lengths.add((await answer.locator(".markdown").innerText()).length);
    expect(lengths.size).toBeGreaterThan(4);
  }).toPass({ intervals: [100] });
  await expectAnswer(page, fakeText("Hello, who is there?", 60));
  await expect(page).toHaveTitle(/^Knocking/);
});

test("a stopped answer keeps its text, says that it was stopped, and can be tried again", async ({
  page,
  person: _,
  model,
}) => {
  model.script(() => ({ words: 500, intervalMs: 30 }));
  await newConversation(page);
  await send(page, "Tell me a long story");
  await expect(lastAnswer(page)).toContainText("w3.");
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await expect(lastAnswer(page)).toContainText("This answer was stopped.");
  await expect(lastAnswer(page)).toContainText("w3.");
  await expect(page.getByRole("button", { name: "Stop the answer" })).toBeHidden();
  await page.reload();
  await expect(lastAnswer(page)).toContainText("This answer was stopped.");

  model.script(() => ({ words: 10 }));
  await lastAnswer(page).getByRole("button", { name: "Try again" }).click();
  await expectAnswer(page, fakeText("Tell me a long story", 10));
  await expect(answers(page)).toHaveCount(1);
  await expect(lastAnswer(page).getByText("Answer 2 of 2")).toBeAttached();
});

test("a failed answer says why in words and can be tried again", async ({ page, person: _, model }) => {
  model.script(() => ({ kind: "status", status: 401 }));
  await newConversation(page);
  await send(page, "Are you there?");
  await expect(page.getByText("There is no answer to this message.")).toBeVisible();
  await expect(page.getByText(/sk-1234|Secret/)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("There is no answer to this message.")).toBeVisible();

  model.script(() => ({ text: "Yes, **here**." }));
  await page.getByRole("button", { name: "Try again" }).click();
  await expectAnswer(page, "Yes, here.");
  await expect(page.getByText("There is no answer to this message.")).toBeHidden();
});

test("a reload in the middle of an answer shows the whole answer exactly once", async ({ page, person: _, model }) => {
  model.script(() => ({ words: 120, intervalMs: 40 }));
  await newConversation(page);
  await send(page, "Count for me");
  await expect(lastAnswer(page)).toContainText("w20.");
  await page.reload();
  await expect(lastAnswer(page)).toContainText("w20.");
  await expectAnswer(page, fakeText("Count for me", 120));
  await expect(answers(page)).toHaveCount(1);
  await expect(timeline(page).getByText("Count for me")).toHaveCount(1);
  await page.reload();
  await expectAnswer(page, fakeText("Count for me", 120));
  await expect(answers(page)).toHaveCount(1);
});

test("a connection that breaks in the middle of an answer is resumed: the text goes on, exactly once", async ({
  page,
  person: _,
  model,
}) => {
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(CONVERSATION_SOCKET, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  model.script(() => ({ words: 120, intervalMs: 30 }));
  await newConversation(page);
  await send(page, "Count once more");
  for (const word of ["w20.", "w50.", "w80."]) {
    await expect(lastAnswer(page)).toContainText(word);
    await sockets.at(-1)?.close({ code: 1012 });
    await expect(page.getByText("Reconnecting…")).toBeVisible();
    await connected(page);
  }
  await expectAnswer(page, fakeText("Count once more", 120));
  expect(sockets).toHaveLength(4);
});

test("what no connection took goes back into the draft when its conversation is left", async ({ page, person: _ }) => {
  let cut = false;
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(CONVERSATION_SOCKET, (socket) => {
    if (cut) return void socket.close({ code: 1012 });
    socket.connectToServer();
    sockets.push(socket);
  });
  await newConversation(page);
  const url = page.url();
  cut = true;
  await sockets.at(-1)?.close({ code: 1012 });
  await expect(page.getByText("Reconnecting…")).toBeVisible();
  await send(page, "Written in a tunnel");
  await expect(page.getByText("Will be sent when you are back online")).toBeVisible();
  await page.getByRole("button", { name: "New conversation", exact: true }).click();
  await expect(page).not.toHaveURL(url);
  cut = false;
  await page.goBack();
  await expect(composer(page)).toHaveValue("Written in a tunnel");
});

test("offline in the middle of an answer: it is said, what is written waits, and all is whole afterwards", async ({
  page,
  context,
  person: _,
  model,
}) => {
  model.script(({ messages }) => ({ words: messages.length > 2 ? 8 : 150, intervalMs: 30 }));
  await newConversation(page);
  await send(page, "First question");
  await expect(lastAnswer(page)).toContainText("w10.");
  await context.setOffline(true);
  await expect(page.getByText("You are offline")).toBeVisible();
  await send(page, "Second question");
  await expect(page.getByText("Will be sent when you are back online")).toBeVisible();

  await context.setOffline(false);
  await connected(page);
  await expect(answers(page)).toHaveCount(2);
  await expectAnswer(page, fakeText("Second question", 8));
  await expect(answers(page).first().locator(".markdown")).toHaveText(fakeText("First question", 150));
  await expect(timeline(page).getByText("Second question")).toHaveCount(1);
});

test("two people see the same messages, the same answer, and each other", async ({
  page,
  browser,
  person: _,
  model,
}) => {
  model.script(() => ({ words: 80, intervalMs: 30 }));
  await newConversation(page);
  const other = await secondPage(browser, "Grace Hopper");
  await page.getByRole("button", { name: "Members", exact: true }).click();
  const members = page.getByRole("dialog", { name: "Members" });
  await members.getByRole("textbox", { name: "User name" }).fill("nobody-of-that-name");
  await members.getByRole("button", { name: "Add" }).click();
  await expect(members.getByText("There is no user of that name.")).toBeVisible();
  await members.getByRole("textbox", { name: "User name" }).fill(other.person.username);
  await members.getByRole("button", { name: "Add" }).click();
  await expect(members.getByText("Grace Hopper")).toBeVisible();
  await page.keyboard.press("Escape");

  await other.page.goto(new URL(page.url()).pathname);
  await connected(other.page);
  await expect(page.getByText("Here now: Grace Hopper")).toBeAttached();
  await composer(other.page).pressSequentially("Hello from Grace");
  await expect(page.getByText("Grace Hopper is typing…")).toBeVisible();
  await composer(other.page).press("Enter");

  await expect(timeline(page).getByRole("heading", { name: "Grace Hopper" })).toBeVisible();
  await expect(timeline(other.page).getByText("Hello from Grace")).toBeVisible();
  for (const each of [page, other.page]) await expect(lastAnswer(each)).toHaveAttribute("aria-busy", "false");
  const text = await lastAnswer(page).locator(".markdown").innerText();
  expect(text.split(" ")).toHaveLength(80);
  await expectAnswer(other.page, text);
  await expect(page.getByText("Grace Hopper is typing…")).toBeHidden();
  await other.page.context().close();
});

test("a model's Markdown is rendered, its HTML is text, its images are links and nothing is fetched", async ({
  page,
  person: _,
  model,
}) => {
  const text = [
    "# Heading",
    "",
    "Some **bold** text and [a link](https://example.com/page).",
    "",
    "![a chart](https://evil.example/leak.png) <img src=https://evil.example/x onerror=alert(1)> <script>alert(1)</script>",
    "",
    "[bad](javascript:alert(1))",
    "",
    "| a | b |",
    "|:--|--:|",
    "| 1 | 2 |",
    "",
    "```js",
    "const a = 1;",
    "```",
  ].join("\n");
  model.script(() => ({ text }));
  await newConversation(page);
  await send(page, "Show me Markdown");
  const answer = lastAnswer(page);
  await expect(answer).toHaveAttribute("aria-busy", "false");
  await expect(answer.getByRole("heading", { name: "Heading" })).toBeVisible();
  await expect(answer.getByRole("link", { name: "a link" })).toHaveAttribute("rel", "noopener noreferrer");
  await expect(answer.getByRole("link", { name: "a link" })).toHaveAttribute("target", "_blank");
  await expect(answer.getByRole("link", { name: "Image: a chart" })).toHaveAttribute("href", /leak\.png$/);
  await expect(answer.locator("img, script, [onerror], a[href^=javascript]")).toHaveCount(0);
  await expect(answer).toContainText("<script>alert(1)</script>");
  await expect(answer.getByRole("cell", { name: "2" })).toBeVisible();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await answer.getByRole("button", { name: "Copy code" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("const a = 1;");
});
