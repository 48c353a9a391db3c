// Conversations that Socket.IO clients begin: one for each wish, however often and from however many tabs it comes.
import { expect, it } from "vitest";
import * as z from "zod";
import { type Person, person } from "../conversation/people.ts";
import { call } from "../http/client.ts";
import { ioSocket, type TestSocket } from "../interviews/doors.ts";

const List = z.object({ items: z.array(z.object({ id: z.int(), last_message: z.unknown() })) });
const Turns = z.object({ items: z.array(z.unknown()) });

const listOf = async ({ token }: Person) =>
  List.parse(await (await call("/api/v1/conversations", { token })).json()).items;

/** Connected to a namespace. */
async function tab({ token }: Person, namespace = ""): Promise<TestSocket> {
  const socket = await ioSocket({ token }, namespace);
  await socket.until(() => socket.raw.some((text) => text.startsWith(`40${namespace}`)));
  return socket;
}

/** What its callback is told. */
async function acknowledged(socket: TestSocket, id: number, event: unknown[], namespace = "") {
  const answer = `43${namespace}${id}`;
  socket.send(`42${namespace}${id}${JSON.stringify(event)}`);
  await socket.until(() => socket.raw.some((text) => text.startsWith(answer)));
  return JSON.parse(socket.raw.find((text) => text.startsWith(answer))?.slice(answer.length) ?? "[]")[0];
}

it("a first chat that is sent again is the same one, also when both are on their way at once", async () => {
  const ada = await person();
  const [one, two] = [await tab(ada), await tab(ada)];
  const chat = ["chat", { message: "Hello", client_id: "first" }];
  const [first, second] = await Promise.all([acknowledged(one, 1, chat), acknowledged(two, 1, chat)]);
  const { conversation_id, message_id, turn_id } = first;
  const third = await acknowledged(two, 2, chat);
  for (const answer of [second, third]) expect(answer).toMatchObject({ conversation_id, message_id, turn_id });
  expect([first.repeated, second.repeated, third.repeated].filter((repeated) => !repeated)).toHaveLength(1);
  expect((await listOf(ada)).map(({ id }) => id)).toEqual([conversation_id]);
  const turns = await call(`/api/v1/conversations/${conversation_id}/turns`, { token: ada.token });
  expect(Turns.parse(await turns.json()).items).toHaveLength(1);

  const other = await acknowledged(two, 3, ["chat", { message: "Hello", client_id: "another" }]);
  const unnamed = await acknowledged(two, 4, ["chat", { message: "Hello" }]);
  expect(new Set([conversation_id, other.conversation_id, unnamed.conversation_id]).size).toBe(3);
  const [grace] = [await person()];
  const hers = await acknowledged(await tab(grace), 1, chat);
  expect(hers.conversation_id).not.toBe(conversation_id);
});

it("a room that two tabs make at once is one, with one conversation in the list", async () => {
  const ada = await person();
  const namespace = "/assistant/realtime,";
  const tabs = await Promise.all([1, 2, 3].map(() => tab(ada, namespace)));
  const wish = ["create_room", { chat_id: "c 1", model_api_source: "aisuite", model_id: "any" }];
  const rooms = await Promise.all(tabs.map((socket) => acknowledged(socket, 1, wish, namespace)));
  expect(rooms[0]).toMatchObject({ ok: true });
  expect(new Set(rooms.map(({ conversation_id }) => conversation_id)).size).toBe(1);
  expect((await listOf(ada)).map(({ id }) => id)).toEqual([rooms[0].conversation_id]);
});
