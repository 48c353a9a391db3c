// Editing, deleting and choosing over every door: the socket, REST and what D1 shows afterwards.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Message } from "../../../src/protocol/entities.ts";
import { ConversationListItem, MessagePosted, MessagesAnswer } from "../../../src/protocol/rest.ts";
import { type Change, mirror } from "../../../src/store/mirror.ts";
import { call, errorOf } from "../http/client.ts";
import { callsOf, conversation, objectOf, rowsOf, scripted } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { UNMEASURED } from "./rig.ts";
import { open, type TestSocket } from "./socket.ts";

/** A question (1) answered twice (2 and 3), by one whose first word is A and one whose first is B. */
async function asked(): Promise<{ ada: Person; id: number; socket: TestSocket; model: string }> {
  const ada = await person();
  const model = scripted("A", "B", "C");
  const id = await conversation(ada, { model });
  const socket = await open(id, ada.token);
  await socket.say("Question?");
  await socket.event("turn.finished", ({ turn }) => turn.id === 1);
  expect(await socket.command({ type: "turn.retry", message_id: 1 })).toMatchObject({ ok: true });
  await socket.event("turn.finished", ({ turn }) => turn.id === 2);
  return { ada, id, socket, model };
}
const path = (id: number, rest: string) => `/api/v1/conversations/${id}/messages${rest}`;
const history = async (id: number, { token }: Person) =>
  MessagesAnswer.parse(await (await call(path(id, ""), { token })).json()).items;
const inD1 = async (id: number) =>
  (await env.DB.prepare("SELECT * FROM messages WHERE conversation_id = ? ORDER BY id").bind(id).all()).results;
const List = z.object({ items: z.array(ConversationListItem) });
const lastInList = async ({ token }: Person) =>
  List.parse(await (await call("/api/v1/conversations", { token })).json()).items[0]?.last_message?.content;
const soon = { timeout: 4_000 };

it("of the answers to a question one counts as unread, in the list and in the conversation", async () => {
  const { ada, id } = await asked();
  const bob = await person();
  await call(`/api/v1/conversations/${id}/members`, { method: "POST", token: ada.token, body: { user_id: bob.id } });
  const Unread = z.object({ unread: z.int() });
  const one = await call(`/api/v1/conversations/${id}`, { token: bob.token });
  expect(Unread.parse(await one.json())).toEqual({ unread: 2 });
  const inList = async () =>
    List.parse(await (await call("/api/v1/conversations", { token: bob.token })).json()).items.map(
      ({ unread }) => unread,
    );
  await expect.poll(inList, soon).toEqual([2]);
});

describe("over REST", () => {
  it("a message is edited, and answered anew", async () => {
    const { ada, id, socket, model } = await asked();
    const response = await call(path(id, "/1"), { method: "PATCH", token: ada.token, body: { content: "Better?" } });
    expect(response.status).toBe(200);
    const { message, turn } = MessagePosted.parse(await response.json());
    expect(message).toMatchObject({ id: 1, content: "Better?", edited_at: expect.any(String) });
    expect(turn).toMatchObject({ id: 3, question_id: 1 });
    await socket.event("turn.finished", (event) => event.turn.id === 3);
    expect((await history(id, ada)).map(({ content }) => content)).toEqual(["Better?", "A", "B", "C"]);
    expect((await callsOf(model)).at(-1)?.messages.at(-1)).toEqual({ role: "user", content: "Better?" });
  });

  it("an answer is chosen, and a message deleted", async () => {
    const { ada, id } = await asked();
    const chosen = await call(path(id, "/2/select"), { method: "POST", token: ada.token });
    expect([chosen.status, await chosen.json()]).toEqual([200, { seq: 8 }]);
    expect((await history(id, ada))[0]).toMatchObject({ answer_id: 2 });
    const deleted = await call(path(id, "/2"), { method: "DELETE", token: ada.token });
    expect([deleted.status, await deleted.json()]).toEqual([200, { seq: 9 }]);
    expect(await history(id, ada)).toMatchObject([
      { answer_id: 3 },
      { content: "", deleted_at: expect.any(String) },
      {},
    ]);
  });

  it.each([
    ["PATCH", "/99", { content: "New" }, 404],
    ["PATCH", "/2", { content: "New" }, 403],
    ["PATCH", "/1", { content: " " }, 400],
    ["PATCH", "/1", { content: "x".repeat(64 * 1024 + 1) }, 413],
    ["PATCH", "/x", { content: "New" }, 400],
    ["DELETE", "/99", undefined, 404],
    ["POST", "/1/select", undefined, 404],
  ] as const)("%s %s of %j is answered %d, and changes nothing", async (method, rest, body, status) => {
    const ada = await person();
    const id = await conversation(ada, { model: scripted("A") });
    await (await call(path(id, ""), { token: ada.token, body: { content: "Question?" } })).json();
    const before = await rowsOf(id, "SELECT max(seq) AS seq FROM event");
    const response = await call(path(id, rest), { method, token: ada.token, ...(body ? { body } : {}) });
    expect(response.status).toBe(status);
    expect(await errorOf(response)).toMatchObject({ message: expect.any(String) });
    expect(await rowsOf(id, "SELECT max(seq) AS seq FROM event")).toEqual(before);
  });
});

describe("a snapshot and a page of history", () => {
  it("show edits, deletions and current answers as the events did", async () => {
    const { ada, id, socket } = await asked();
    for (const command of [
      { type: "answer.select", message_id: 2 },
      { type: "message.delete", message_id: 3 },
    ])
      expect(await socket.command(command)).toMatchObject({ ok: true });
    await evictDurableObject(objectOf(id));
    const again = await open(id, ada.token);
    expect(again.snapshot?.messages).toEqual(await history(id, ada));
    expect(again.snapshot?.messages).toMatchObject([{ answer_id: 2 }, { content: "A" }, { content: "" }]);
  });
});

describe("D1", () => {
  it("follows edits, deletions and choices, and its list shows what is left", async () => {
    const { ada, id, socket } = await asked();
    await expect.poll(() => inD1(id), soon).toMatchObject([{ answer_id: 3 }, { content: "A" }, { content: "B" }]);
    expect(await lastInList(ada)).toBe("B");
    await socket.command({ type: "answer.select", message_id: 2 });
    await expect.poll(async () => (await inD1(id))[0], soon).toMatchObject({ answer_id: 2 });
    expect(await lastInList(ada)).toBe("A");
    await socket.command({ type: "message.delete", message_id: 2 });
    await expect
      .poll(() => inD1(id), soon)
      .toMatchObject([{ answer_id: 3 }, { content: "", data: "{}", deleted_at: expect.any(Number) }, {}]);
    expect(await lastInList(ada)).toBe("B");
    await socket.command({ type: "message.delete", message_id: 3 });
    await socket.command({ type: "message.edit", message_id: 1, content: "Better?" });
    await expect
      .poll(async () => (await inD1(id))[0], soon)
      .toMatchObject({ content: "Better?", edited_at: expect.any(Number), client_id: expect.any(String) });
    await expect.poll(() => lastInList(ada), soon).toBe("C");
    await socket.command({ type: "message.delete", message_id: 4 });
    await expect.poll(async () => (await inD1(id))[0], soon).toMatchObject({ answer_id: null });
  }, 30_000);

  it("holds the same after batches that came twice, or late", async () => {
    const id = await conversation(await person());
    const message = Message.parse({
      ...{
        id: 1,
        role: "user",
        author: { user_id: 1, name: "Ada" },
        content: "Hi",
        data: {},
        files: [],
        turn_id: null,
      },
      ...{ reply_to: null, client_id: "k", created_at: "2026-11-21T12:00:00.000Z" },
    });
    const batches: Change[][] = [
      [{ of: "message", seq: 3, message }],
      [
        { of: "answer", seq: 5, questionId: 1, answerId: 2 },
        { of: "message", seq: 6, message: { ...message, content: "canary" } },
      ],
      [{ of: "answer", seq: 7, questionId: 1, answerId: 3 }],
      [
        { of: "blanking", messageId: 1 },
        { of: "deletion", seq: 8, messageId: 1, at: "2026-11-21T12:00:08.000Z" },
      ],
    ];
    for (const batch of batches) await mirror(env.DB, id, batch, { seq: 8, activeAt: 1 }, UNMEASURED);
    const before = await inD1(id);
    expect(before).toMatchObject([{ content: "", data: "{}", answer_id: 3, seq: 8, deleted_at: expect.any(Number) }]);
    for (const batch of batches.toReversed()) await mirror(env.DB, id, batch, { seq: 8, activeAt: 1 }, UNMEASURED);
    expect(await inD1(id)).toEqual(before);
  });
});
