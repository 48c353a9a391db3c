// The console: six ways to connect, every event, every packet.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { fakeText } from "../support/fake-provider.ts";
import { expect, PASSWORD, type Person, test } from "./fixtures.ts";

test.beforeEach(({ model }) => model.script(() => ({ words: 5 })));

const log = (page: Page) => page.getByRole("list", { name: "Packets" });
const state = (page: Page) => page.locator(".console-state .status-line");

/** Logged in on the console, with a conversation of one's own. */
async function open(page: Page, person: Person): Promise<void> {
  await page.goto("/static/socketio_test.html");
  await expect(page).toHaveURL("/console");
  await page.getByRole("textbox", { name: "User name" }).fill(person.username);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("textbox", { name: "Access token" })).not.toHaveValue("");
  await page.getByRole("button", { name: "New conversation" }).click();
  await expect(page.getByRole("spinbutton", { name: "Conversation" })).not.toHaveValue("");
}

async function speak(page: Page, dialect: string, transport?: string): Promise<void> {
  await page.getByRole("combobox", { name: "Speaks" }).selectOption(dialect);
  if (transport) await page.getByRole("combobox", { name: "Transport" }).selectOption(transport);
}

async function connect(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(state(page)).toHaveText(/^Connected/);
}

async function send(page: Page, example: string): Promise<void> {
  await page.getByRole("combobox", { name: "Example" }).selectOption({ label: example });
  await page.getByRole("button", { name: "Send" }).click();
}

test("native: a message is sent, its answer comes frame by frame, and a cut line is taken up where it was", async ({
  page,
  person,
}) => {
  await open(page, person);
  await speak(page, "Native");
  await connect(page);
  await expect(log(page)).toContainText('"type":"welcome"');
  await send(page, "message.send");
  await expect(log(page)).toContainText('"type":"turn.finished"');
  await expect(page.locator(".console-latency output")).toHaveText(/\d ms/);

  await page.getByRole("button", { name: "Cut the line" }).click();
  await expect(state(page)).toHaveText(/^Cut off/);
  await page.getByRole("button", { name: "Take it up again" }).click();
  await expect(state(page)).toHaveText("Connected (resumed)");
  await expect(log(page).getByText('"type":"snapshot"')).toHaveCount(1);
});

for (const transport of ["WebSocket", "Long polling", "Long polling, then WebSocket"])
  test(`chat over ${transport}: a line that is cut in the middle of an answer brings the rest as the same session`, async ({
    page,
    person,
    model,
  }) => {
    model.script(() => ({ words: 60, intervalMs: 30 }));
    await open(page, person);
    await speak(page, "Chat", transport);
    await connect(page);
    await send(page, "chat");
    await expect(log(page)).toContainText('["conversation_token"');
    await expect(log(page)).toContainText('{"token":"<access token>"}');
    await page.getByRole("button", { name: "Cut the line" }).click();
    await expect(state(page)).toHaveText(/^Cut off/);
    await page.getByRole("button", { name: "Take it up again" }).click();
    await expect(state(page)).toHaveText("Connected (resumed)");
    await expect(log(page)).toContainText('["conversation",');
    const raws = await log(page).locator("code").allInnerTexts();
    expect(tokens(raws)).toBe(fakeText("How do tides work?", 60));
  });

test("the log follows what comes until somebody scrolls up, and again from its end", async ({
  page,
  person,
  model,
}) => {
  model.script(() => ({ words: 600, intervalMs: 2 }));
  await open(page, person);
  await speak(page, "File rooms");
  await connect(page);
  const below = () => log(page).evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  const done = log(page).locator("code", { hasText: '["ai_response_complete"' });
  await send(page, "send_message");
  await expect(done).toHaveCount(1);
  await expect.poll(below).toBeLessThan(40);
  expect(await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)).toBe(0);

  await log(page).hover();
  await page.mouse.wheel(0, -4_000);
  await expect.poll(below).toBeGreaterThan(1_000);
  await send(page, "send_message");
  await expect(done).toHaveCount(2);
  expect(await below()).toBeGreaterThan(1_000);

  await log(page).hover();
  await page.mouse.wheel(0, 400_000);
  await expect.poll(below).toBeLessThan(40);
  await send(page, "send_message");
  await expect(done).toHaveCount(3);
  await expect.poll(below).toBeLessThan(40);
});

/** What the packets of tokens bring together. */
const tokens = (raws: string[]): string =>
  raws
    .filter((raw) => raw.startsWith('42["conversation_token"'))
    .map((raw) => String(JSON.parse(raw.slice(2))[1].token))
    .join("");

test("assistant rooms, documents and file rooms: each says what it says; the room that was made fills the examples", async ({
  page,
  person,
}) => {
  await open(page, person);
  await speak(page, "Assistant rooms");
  await connect(page);
  await send(page, "create_room");
  await expect(log(page)).toContainText('["room_created console"');
  await expect(page.getByRole("textbox", { name: "Room" })).not.toHaveValue(/room_0{8}/);
  await send(page, "join_room");
  await expect(log(page)).toContainText('["room_joined room_');
  await page.getByRole("button", { name: "Disconnect" }).click();

  await speak(page, "File rooms");
  await connect(page);
  await send(page, "join_room");
  await expect(log(page)).toContainText('["joined_room"');
  const file = { name: "tides.txt", mimeType: "text/plain", buffer: Buffer.from("High at noon.") };
  await page.getByLabel("Attachments").setInputFiles(file);
  await page.getByRole("textbox", { name: "With the message" }).fill("Here they are.");
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(log(page)).toContainText('201 {"success":true');
  await expect(log(page)).toContainText('["file_uploaded"');
  await page.getByRole("button", { name: "Disconnect" }).click();

  await speak(page, "Documents");
  const chat = page.getByRole("spinbutton", { name: "Conversation" });
  const before = await chat.inputValue();
  await page.getByRole("button", { name: "New project" }).click();
  await expect(chat).not.toHaveValue(before);
  await connect(page);
  await send(page, "join_project");
  await expect(log(page)).toContainText('["project_joined"');
  await send(page, "send_message");
  await expect(log(page)).toContainText('["message_complete"');
});

test("interview: one is begun and answered; somebody else's is refused, in words", async ({ page, person }) => {
  await open(page, person);
  await speak(page, "Interview");
  const session = page.getByRole("spinbutton", { name: "Interview session" });
  const before = await session.inputValue();
  await page.getByRole("button", { name: "New interview" }).click();
  await expect(session).not.toHaveValue(before);
  await connect(page);
  await expect(log(page)).toContainText("Connected to AI Assistant. You can start chatting now.");
  await send(page, "ai_message");
  await expect(log(page)).toContainText('"type":"ai_response"');
  await page.getByRole("button", { name: "Disconnect" }).click();

  await session.fill("999999");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(state(page)).toHaveText("Not connected: Session not found (not_found)");
});

test("interview without Socket.IO: answered, cut and taken up again; a refusal is told with its reason", async ({
  page,
  person,
}) => {
  await open(page, person);
  await speak(page, "Interview", "WebSocket without Socket.IO");
  const session = page.getByRole("spinbutton", { name: "Interview session" });
  const before = await session.inputValue();
  await page.getByRole("button", { name: "New interview" }).click();
  await expect(session).not.toHaveValue(before);
  await connect(page);
  await expect(log(page)).toContainText('{"type":"system"');
  await send(page, "ai_message");
  await expect(log(page)).toContainText('{"type":"ai_response"');
  await page.getByRole("button", { name: "Cut the line" }).click();
  await page.getByRole("button", { name: "Take it up again" }).click();
  await expect(state(page)).toHaveText("Connected");
  await page.getByRole("button", { name: "Measure" }).click();
  await expect(page.locator(".console-latency output")).toHaveText(/\d ms/);
  await page.getByRole("button", { name: "Disconnect" }).click();

  await session.fill("999999");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(state(page)).toHaveText("Cut off: 1008 Session not found");
});

test("the packets are filtered and saved, and what is no JSON is not sent", async ({ page, person }) => {
  await open(page, person);
  await speak(page, "Chat");
  await connect(page);
  await page.getByRole("textbox", { name: "Payload" }).fill("{");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText(/^This is no JSON/)).toBeVisible();
  await page.getByRole("button", { name: "Measure" }).click();
  await expect(log(page)).toContainText('["pong"');
  await page.getByRole("textbox", { name: "Filter" }).fill("pong");
  await expect(log(page).getByRole("listitem")).toHaveCount(1);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save" }).click();
  const saved = await readFile(await (await download).path(), "utf8");
  expect(saved.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(saved)).toMatchObject({ direction: "in", raw: expect.stringContaining('["pong"') });
});

test("another server's address leads to that server's console: this page may not speak to it", async ({
  page,
  person: _,
}) => {
  await page.goto("/console");
  await page.getByRole("textbox", { name: "Server" }).fill("https://chat.example");
  await expect(page.getByRole("link", { name: "open its console" })).toHaveAttribute(
    "href",
    "https://chat.example/console",
  );
  await expect(page.getByRole("button", { name: "Log in" })).toBeDisabled();
});
