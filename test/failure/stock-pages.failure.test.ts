// What pages of the five systems take for granted beyond the tables of vocabularies.md, tried with their stock client.
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { LoginAnswer } from "../../src/protocol/rest.ts";
import { createConversation, type Person, readConversation, readMessages } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

const Answer = z.looseObject({ ok: z.boolean(), conversation_id: z.int().optional(), model: z.string().optional() });
const Created = z.object({ room_id: z.string(), model_id: z.string() });

let stage: Stage;
let ada: Person;
let bob: Person;
const sockets: Socket[] = [];

beforeAll(async () => {
  stage = await openStage();
  stage.provider.script(({ messages }) =>
    messages.at(-1)?.content === "At length?" ? { words: 20, intervalMs: 20 } : { text: "Two minutes." },
  );
  [ada, bob] = [await stage.person("ada"), await stage.person("bob")];
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await stage.close();
});

/** A page that keeps what it is told. */
class Page {
  readonly socket: Socket;
  readonly heard: [event: string, payload: unknown][] = [];
  constructor({ token }: Person, namespace = "") {
    this.socket = io(`${stage.server.url}${namespace}`, {
      auth: { token },
      transports: ["websocket"],
      forceNew: true,
    });
    this.socket.onAny((event: string, payload: unknown) => this.heard.push([event, payload]));
    sockets.push(this.socket);
  }
  ask = async (event: string, payload: object) =>
    Answer.parse(await this.socket.timeout(10_000).emitWithAck(event, payload));
  events = (name: string): unknown[] => this.heard.flatMap(([event, payload]) => (event === name ? [payload] : []));
  has = (name: string, count = 1) => until(() => this.events(name).length >= count, `${name} was heard`, 20_000);
}

describe("in assistant rooms", () => {
  const wish = { model_api_source: "aisuite", model_id: "openai:harness" };
  const enter = async (page: Page, chat_id: string) => {
    const { conversation_id = 0 } = await page.ask("create_room", { ...wish, chat_id });
    await page.has(`room_created ${chat_id}`);
    const { room_id } = Created.parse(page.events(`room_created ${chat_id}`).at(-1));
    await page.ask("join_room", { room_id });
    return { room_id, conversation_id };
  };

  it("a page that counts its messages from 1 at each load is answered at each of them", async () => {
    for (const visit of [1, 2]) {
      const page = new Page(ada, "/assistant/realtime");
      const { room_id, conversation_id } = await enter(page, "counting");
      page.socket.emit("send_message", { room_id, message: { id: 1, content: "How long?" } });
      await page.has(`stream_end ${room_id}`);
      expect(page.events("message_sent 1")).toEqual([{ success: true, message_id: visit * 2 - 1 }]);
      expect(await readMessages(stage.server.url, ada, conversation_id)).toHaveLength(visit * 2);
    }
  });

  it("a message that is sent again with its client_id is one message", async () => {
    const page = new Page(ada, "/assistant/realtime");
    const { room_id, conversation_id } = await enter(page, "again");
    const send = { room_id, message: { id: "m1", content: "How long?" }, client_id: "k1" };
    await page.ask("send_message", send);
    await page.ask("send_message", send);
    await page.has(`stream_end ${room_id}`);
    expect(page.events("message_sent m1")).toEqual([1, 1].map((message_id) => ({ success: true, message_id })));
    expect(await readMessages(stage.server.url, ada, conversation_id)).toHaveLength(2);
  });

  it("create_room leads into no room of anybody else, though one is a member there", async () => {
    const [hers, his] = [ada, bob].map((person) => new Page(person, "/assistant/realtime"));
    if (!hers || !his) throw new Error("There are two.");
    const { room_id, conversation_id } = await enter(hers, "default");
    await fetch(`${stage.server.url}/api/v1/conversations/${conversation_id}/members`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${ada.token}` },
      body: JSON.stringify({ user_id: bob.id }),
    });
    await until(async () => {
      await his.ask("find_chat", { chat_id: "default" });
      return his.events("room_found default").length > 0;
    }, "the member finds it");
    expect(his.events("room_found default")[0]).toEqual({ room_id, chat_id: "default" });
    const own = await enter(his, "default");
    expect([own.room_id === room_id, own.conversation_id === conversation_id]).toEqual([false, false]);
    const before = his.events("room_found default").length;
    his.socket.emit("find_chat", { chat_id: "default" });
    await his.has("room_found default", before + 1);
    expect(his.events("room_found default").at(-1)).toEqual({ room_id: own.room_id, chat_id: "default" });
  });

  it("a second create_room answers with the room as it is, with the model that it uses", async () => {
    const page = new Page(ada, "/assistant/realtime");
    const first = await enter(page, "twice");
    const other = { chat_id: "twice", model_api_source: "aisuite", model_id: "openai:another" };
    expect(await page.ask("create_room", other)).toMatchObject({ ok: true, model: "openai:harness" });
    await page.has("room_created twice", 2);
    expect(page.events("room_created twice").at(-1)).toEqual({
      ...{ room_id: first.room_id, chat_id: "twice", model_id: "openai:harness" },
    });
    const { model } = await readConversation(stage.server.url, ada, first.conversation_id);
    expect(model).toBe("openai:harness");
  });
});

it("a documents page that asks again in mid-answer has each answer by itself, from its opening events on", async () => {
  const chat_id = await createConversation(stage.server.url, ada, []);
  const page = new Page(ada);
  await page.ask("send_message", { chat_id, message: "At length?" });
  await page.has("message_token");
  await page.ask("send_message", { chat_id, message: "How long?" });
  await page.has("message_complete", 2);
  const names = page.heard.map(([name]) => name).filter((name) => name.startsWith("message_"));
  const turns = ["message_received", "message_sources", "message_token", "message_complete"];
  expect(names.filter((name, i) => name !== names[i - 1])).toEqual([...turns, ...turns]);
});

it("a page reads in `connected` the name by which its person logs in", async () => {
  const body = JSON.stringify({ username: "carol_c", name: "Carol Clark", password: "correct horse battery staple" });
  const headers = { "content-type": "application/json" };
  const signedUp = await fetch(`${stage.server.url}/api/v1/auth/signup`, { method: "POST", headers, body });
  const { access_token, user } = LoginAnswer.parse(await signedUp.json());
  const page = new Page({ id: user.id, token: access_token });
  await page.has("connected");
  expect(page.events("connected")).toMatchObject([
    { user_id: user.id, user: { id: user.id, username: "carol_c", role: "member" } },
  ]);
});

describe("what a person does in a file room", () => {
  it.each([
    ["typing", { is_typing: true }, "user_typing"],
    ["read", { message_id: 1 }, "message_read"],
  ])("%s is told to the others only", async (event, rest, told) => {
    const conversation_id = await createConversation(stage.server.url, ada, [bob]);
    const [hers, also, his] = [new Page(ada), new Page(ada), new Page(bob)];
    for (const page of [hers, also, his])
      for (const join of ["join_room", "join_conversation"]) await page.ask(join, { conversation_id });
    await his.ask("send_message", { conversation_id, message: "How long?" });
    for (const page of [hers, also, his]) await page.has("ai_response_complete");
    await hers.ask(event, { conversation_id, ...rest });
    await his.has(told);
    await his.ask("send_message", { conversation_id, message: "And then?" });
    for (const page of [hers, also]) await page.has("ai_response_complete", 2);
    expect([hers.events(told), also.events(told)]).toEqual([[], []]);
  });
});

describe("a socket that follows in several vocabularies", () => {
  const ENDS = ["conversation", "new_message", "ai_response_complete", "message_complete"];
  const ends = (page: Page) => ENDS.map((name) => page.events(name).length);
  const enter = async () => {
    const room = await createConversation(stage.server.url, ada, [bob]);
    const [page, other] = [new Page(ada), new Page(bob)];
    await page.ask("join_conversation", { conversation_id: room });
    await page.ask("join_room", { conversation_id: room });
    await page.ask("join_chat", { chat_id: room });
    const question = { conversation_id: room, message: "How long?" };
    return { room, page, say: () => other.ask("send_message", question) };
  };

  it("is told in each of them", async () => {
    const { page, say } = await enter();
    await say();
    for (const name of ENDS) await page.has(name);
    expect(ends(page)).toEqual([1, 1, 1, 1]);
  });

  it("is told in each of them what it missed, once", async () => {
    const { page, say } = await enter();
    const { id } = page.socket;
    page.socket.io.engine.close();
    await say();
    for (const name of ENDS) await page.has(name);
    await say();
    for (const name of ENDS) await page.has(name, 2);
    expect([ends(page), page.socket.id]).toEqual([[2, 2, 2, 2], id]);
  });

  it("leaves one and stays in the others", async () => {
    const { room, page, say } = await enter();
    expect((await page.ask("leave_conversation", { conversation_id: room })).ok).toBe(true);
    expect((await page.ask("leave_conversation", { conversation_id: room })).ok).toBe(false);
    await say();
    for (const name of ENDS.slice(1)) await page.has(name);
    expect(ends(page)).toEqual([0, 1, 1, 1]);
  });

  it("hears a vocabulary from when it speaks in it", async () => {
    const room = await createConversation(stage.server.url, ada, []);
    const page = new Page(ada);
    await page.ask("join_room", { conversation_id: room });
    await page.ask("chat", { conversation_id: room, message: "How long?" });
    await page.has("conversation");
    await page.has("ai_response_complete");
  });
});

it("needed no fault of ours", () => expect(faultLines(stage.server.log)).toEqual([]));
