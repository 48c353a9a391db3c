// Conversations in D1 as their outboxes write them, without waiting for one, and searches through the route.
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type * as z from "zod";
import type { ConversationKind, Message } from "../../../src/protocol/entities.ts";
import { page, SearchHit } from "../../../src/protocol/rest.ts";
import { reserveConversation } from "../../../src/store/conversations.ts";
import { type Change, mirror } from "../../../src/store/mirror.ts";
import type { Person } from "../conversation/people.ts";
import { UNMEASURED } from "../conversation/rig.ts";
import { app, call } from "./client.ts";

/** When message 0 of every conversation would have been written; each later one comes a second after the one before. */
export const BEGAN = Date.parse("2026-11-21T12:00:00.000Z");
const Answer = page(SearchHit);

/** Without a limit of requests. */
export const unlimited = app({ variables: { MESSAGES_PER_MINUTE: "0" } });

export async function search(who: Person, query: Record<string, string>): Promise<z.infer<typeof Answer>> {
  const response = await call(`/api/v1/search?${new URLSearchParams(query)}`, { token: who.token }, unlimited);
  expect(response.status).toBe(200);
  return Answer.parse(await response.json());
}

/** The numbers of the messages found, in order. */
export const found = async (who: Person, q: string, query: Record<string, string> = {}): Promise<number[]> =>
  (await search(who, { q, ...query })).items.map(({ message_id }) => message_id);

export const messageOf = (id: number, content: string, more: Partial<Message> = {}): Message => ({
  ...{ id, role: "user", author: { user_id: 1, name: "Ada" }, content, data: {}, files: [], turn_id: null },
  ...{ reply_to: null, client_id: `k${id}`, created_at: new Date(BEGAN + id * 1_000).toISOString(), ...more },
});

/** Brings changes to D1 as the batch of one outbox. */
export const bring = (id: number, changes: Change[], seq = 1_000): Promise<void> =>
  mirror(env.DB, id, changes, { seq, activeAt: BEGAN }, UNMEASURED);

/** Message 1, 2 … of a conversation; its number. */
export async function said(
  members: readonly Person[],
  contents: readonly string[],
  kind: z.infer<typeof ConversationKind> = "chat",
): Promise<number> {
  const id = await reserveConversation(env.DB, kind, members[0]?.id ?? 0, BEGAN);
  await bring(id, [
    ...members.map(
      ({ id: user_id, name }, i): Change => ({ of: "member", seq: i + 1, member: { user_id, name, role: "member" } }),
    ),
    ...contents.map((content, i): Change => ({ of: "message", seq: 100 + i, message: messageOf(i + 1, content) })),
  ]);
  return id;
}
