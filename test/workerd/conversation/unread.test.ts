// What is unread: others' messages that arrived after what this person saw last. An answer arrives when it has ended,
// whatever was written while it ran.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import * as z from "zod";
import { call } from "../http/client.ts";
import { conversation, gate, openGate, reached, rowsOf, scripted } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { open } from "./socket.ts";

const Listed = z.object({ unread: z.int(), last_message: z.object({ id: z.int() }).nullable() });
const inConversation = async (id: number, { token }: Person) =>
  Listed.parse(await (await call(`/api/v1/conversations/${id}`, { token })).json());
const inList = async (id: number, { token }: Person) => {
  const list = z.object({ items: z.array(Listed.extend({ id: z.int() })) });
  const { items } = list.parse(await (await call("/api/v1/conversations", { token })).json());
  const found = items.find((item) => item.id === id);
  return found && { unread: found.unread, last_message: found.last_message };
};
const soon = { timeout: 4_000 };

/** Ada asks (1), Bob writes (3) while the answer (2) waits at its gate; both have read 3. */
async function answering() {
  const [ada, bob] = [await person(), await person()];
  const name = gate();
  const id = await conversation(ada, { member_ids: [bob.id], model: scripted(`Late|~${name}| answer`) });
  const [hers, his] = [await open(id, ada.token), await open(id, bob.token)];
  await hers.say("Question?");
  await reached(name);
  await his.say("Meanwhile", { answer: false });
  hers.send({ type: "read", message_id: 3 });
  await his.until((frame) => frame.type === "reads" && frame.user_id === ada.id);
  his.send({ type: "read", message_id: 3 });
  await hers.until((frame) => frame.type === "reads" && frame.user_id === bob.id);
  const end = async () => {
    await openGate(name);
    await hers.event("turn.finished");
  };
  return { ada, bob, id, hers, his, end };
}

it("an answer that ends after a later message was read is unread, until it is read", async () => {
  const { ada, bob, id, hers, his, end } = await answering();
  const nothing = { unread: 0, last_message: { id: 3 } };
  for (const who of [ada, bob]) expect(await inConversation(id, who)).toEqual(nothing);
  await expect.poll(() => inList(id, bob), soon).toEqual(nothing);
  await end();
  const late = { unread: 1, last_message: { id: 2 } };
  for (const who of [ada, bob]) {
    expect(await inConversation(id, who)).toEqual(late);
    await expect.poll(() => inList(id, who), soon).toEqual(late);
  }
  his.send({ type: "read", message_id: 2 });
  await hers.until((frame) => frame.type === "reads" && frame.message_id === 2);
  expect(await inConversation(id, bob)).toEqual({ unread: 0, last_message: { id: 2 } });
  await expect.poll(() => inList(id, bob), soon).toEqual({ unread: 0, last_message: { id: 2 } });
  expect(await inConversation(id, ada)).toEqual(late);
});

it("a mark at an answer that has not ended, or at what was read before, changes nothing", async () => {
  const { ada, id, hers, his, end } = await answering();
  hers.send({ type: "read", message_id: 2 });
  hers.send({ type: "read", message_id: 1 });
  await end();
  expect(await inConversation(id, ada)).toMatchObject({ unread: 1 });
  await his.say("Later", { answer: false });
  hers.send({ type: "read", message_id: 4 });
  await his.until((frame) => frame.type === "reads" && frame.message_id === 4);
  expect(await inConversation(id, ada)).toMatchObject({ unread: 0 });
  expect(await rowsOf(id, `SELECT read_id FROM member WHERE user_id = ${ada.id}`)).toEqual([{ read_id: 4 }]);
});

it("an edit makes nothing unread, and its new answer is", async () => {
  const { ada, bob, id, hers, his, end } = await answering();
  await end();
  hers.send({ type: "read", message_id: 2 });
  await his.until((frame) => frame.type === "reads" && frame.message_id === 2);
  await his.command({ type: "message.edit", message_id: 3, content: "Something else" });
  expect(await inConversation(id, ada)).toMatchObject({ unread: 0 });
  await expect
    .poll(
      () => env.DB.prepare("SELECT content FROM messages WHERE conversation_id = ? AND id = 3").bind(id).first(),
      soon,
    )
    .toEqual({ content: "Something else" });
  expect(await inList(id, ada)).toMatchObject({ unread: 0 });
  await hers.command({ type: "message.edit", message_id: 1, content: "Another question?" });
  await hers.event("turn.finished", ({ turn }) => turn.id === 2);
  for (const who of [ada, bob]) expect(await inConversation(id, who)).toMatchObject({ unread: 1 });
  await expect.poll(() => inList(id, ada), soon).toEqual({ unread: 1, last_message: { id: 4 } });
});

it("an answer to a text that was edited since is current for nobody: not for the model, a list or an export", async () => {
  const ada = await person();
  const name = gate();
  const id = await conversation(ada, { model: scripted("Paris", `~${name}|Berlin`, "Last") });
  const socket = await open(id, ada.token);
  await socket.say("Capital of France?");
  await socket.event("turn.finished");
  await socket.command({ type: "message.edit", message_id: 1, content: "Capital of Germany?" });
  await reached(name);
  await socket.command({ type: "turn.cancel", turn_id: 2 });
  await openGate(name);
  await expect.poll(() => inList(id, ada), soon).toEqual({ unread: 0, last_message: { id: 1 } });
  expect(await inConversation(id, ada)).toEqual({ unread: 0, last_message: { id: 1 } });
  const file = await (await call(`/api/v1/conversations/${id}/export?format=md`, { token: ada.token })).text();
  expect(file).toMatch(/<summary>Another answer<\/summary>\s+\*\*#2 [^\n]*\n\n> Paris/);
  expect((await open(id, ada.token)).snapshot?.messages[0]).not.toHaveProperty("answer_id");
  expect(await socket.command({ type: "answer.select", message_id: 2 })).toMatchObject({ error: { code: "conflict" } });
});
