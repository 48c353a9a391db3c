// Conversations for tests, the scripted model, and what is stored of them.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as z from "zod";
import { Conversation } from "../../../src/protocol/entities.ts";
import { TurnListItem } from "../../../src/protocol/rest.ts";
import { PROVIDER } from "../../support/outbound-provider.ts";
import { call } from "../http/client.ts";
import type { Person } from "./people.ts";

/** A new conversation of `owner`, its other members by id; with a title, lest its model be called for one. */
export async function conversation(owner: Person, settings: object = {}): Promise<number> {
  const body = { title: "A conversation", ...settings };
  const response = await call("/api/v1/conversations", { token: owner.token, body });
  if (response.status !== 201) throw new Error(await response.text());
  return Conversation.parse(await response.json()).id;
}

/** A model of its own that plays these scripts, one a call (support/outbound-provider.ts says how). */
export const scripted = (...scripts: string[]): string =>
  `script:${crypto.randomUUID().slice(0, 8)}/${scripts.join("/")}`;

export const gate = (): string => crypto.randomUUID().slice(0, 8);
export const openGate = (name: string) => fetch(`${PROVIDER}/open?name=${name}`);
/** Resolves when a stream waits at the gate. */
export const reached = (name: string) => fetch(`${PROVIDER}/reached?name=${name}`);

const Calls = z.array(z.looseObject({ messages: z.array(z.object({ role: z.string(), content: z.string() })) }));
/** What the provider was asked as this model, in order. */
export async function callsOf(model: string) {
  const name = encodeURIComponent(model.replace(/^script:/, ""));
  return Calls.parse(await (await fetch(`${PROVIDER}/calls?name=${name}`)).json());
}

export const objectOf = (id: number) => env.CONVERSATION.getByName(String(id));

/** The rows of a query in the conversation's object. */
export const rowsOf = (id: number, sql: string): Promise<Record<string, unknown>[]> =>
  runInDurableObject(objectOf(id), (_, state) => state.storage.sql.exec(sql).toArray());

const Turns = z.object({ items: z.array(TurnListItem) });
/** Turns with their ledger, oldest first. */
export async function ledger(id: number, who: Person): Promise<TurnListItem[]> {
  const response = await call(`/api/v1/conversations/${id}/turns?limit=100`, { token: who.token });
  return Turns.parse(await response.json()).items.reverse();
}
