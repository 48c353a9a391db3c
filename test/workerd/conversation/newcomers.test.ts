// Who comes into a conversation finds it at once, wherever one looks for it (vocabularies.md 3, "members find it too").
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import * as z from "zod";
import { InvitationMade } from "../../../src/protocol/rest.ts";
import { findChat, keepRoom } from "../../../src/store/assistant-rooms.ts";
import { call } from "../http/client.ts";
import { conversation } from "./conversation.ts";
import { type Person, person } from "./people.ts";

const List = z.object({ items: z.array(z.object({ id: z.int() })) });
const listed = async ({ token }: Person) =>
  List.parse(await (await call("/api/v1/conversations", { token })).json()).items.map(({ id }) => id);

/** A conversation under the name that its creator's client gave. */
async function room(creator: Person, chat_id: string): Promise<number> {
  const conversation_id = await conversation(creator);
  await keepRoom(env.DB, creator.id, { room_id: `room_${crypto.randomUUID()}`, chat_id, conversation_id });
  return conversation_id;
}
const add = (id: number, by: Person, { id: user_id }: Person) =>
  call(`/api/v1/conversations/${id}/members`, { token: by.token, body: { user_id, role: "member" } });
const found = async ({ id }: Person, chat: string) => (await findChat(env.DB, id, chat))?.conversation_id;

it("who was added finds the room by its chat, and in the list, as soon as that is answered", async () => {
  const [ada, ben] = [await person(), await person()];
  const id = await room(ada, "plans");
  expect(await found(ben, "plans")).toBeUndefined();
  expect((await add(id, ada, ben)).status).toBe(201);
  expect([await found(ben, "plans"), await listed(ben)]).toEqual([id, [id]]);
});

it("so does who joined by a link", async () => {
  const [ada, ben] = [await person(), await person()];
  const id = await room(ada, "plans");
  const made = await call(`/api/v1/conversations/${id}/invitations`, { token: ada.token, body: {} });
  const { code } = InvitationMade.parse(await made.json());
  expect((await call(`/api/v1/invitations/${code}`, { method: "POST", token: ben.token })).status).toBe(200);
  expect([await found(ben, "plans"), await listed(ben)]).toEqual([id, [id]]);
});

it("who has a room of that chat already finds his own: nobody is moved into another's by being added", async () => {
  const [ada, ben] = [await person(), await person()];
  const own = await room(ben, "default");
  const hers = await room(ada, "default");
  await add(hers, ada, ben);
  expect([await found(ben, "default"), await found(ada, "default")]).toEqual([own, hers]);
});
