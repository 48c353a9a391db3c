// The REST calls of the harness: people, conversations, and the final state read afresh.
import WebSocket from "ws";
import type * as z from "zod";
import { Conversation, type Message } from "../../../src/protocol/entities.ts";
import { Event, ServerFrame } from "../../../src/protocol/frames.ts";
import { InterviewSession } from "../../../src/protocol/interviews.ts";
import {
  ConversationListItem,
  LoginAnswer,
  MessagePosted,
  MessagesAnswer,
  page,
  TicketAnswer,
  TurnListItem,
} from "../../../src/protocol/rest.ts";

export interface Person {
  id: number;
  token: string;
}

const PASSWORD = "correct horse battery staple";

async function ask<S extends z.ZodType>(url: string, schema: S, token?: string, body?: object): Promise<z.infer<S>> {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return schema.parse(await response.json());
}

export async function signUp(url: string, username: string): Promise<Person> {
  const { user, access_token } = await ask(`${url}/api/v1/auth/signup`, LoginAnswer, undefined, {
    username,
    password: PASSWORD,
  });
  return { id: user.id, token: access_token };
}

/** One more session of somebody who has signed up. */
export async function logIn(url: string, username: string): Promise<Person> {
  const login = { username, password: PASSWORD };
  const { user, access_token } = await ask(`${url}/api/v1/auth/login`, LoginAnswer, undefined, login);
  return { id: user.id, token: access_token };
}

export const logOut = async (url: string, { token }: Person): Promise<void> => {
  await fetch(`${url}/api/v1/auth/logout`, { method: "POST", headers: { authorization: `Bearer ${token}` } });
};

/** An interview of oneself. */
export const createInterview = async (url: string, { token }: Person): Promise<number> =>
  (await ask(`${url}/api/v1/ai-assistant/sessions`, InterviewSession, token, {})).session_id;

/** With a title, unless it is null: then its model is called for one (title.failure.test.ts counts those calls). */
export async function createConversation(
  url: string,
  owner: Person,
  members: Person[],
  model?: string,
  title: string | null = "A conversation",
): Promise<number> {
  const body = {
    kind: "chat",
    member_ids: members.map(({ id }) => id),
    ...(model ? { model } : {}),
    ...(title ? { title } : {}),
  };
  return (await ask(`${url}/api/v1/conversations`, Conversation, owner.token, body)).id;
}

/** A conversation as its list shows it. */
export const readConversation = (url: string, { token }: Person, id: number): Promise<ConversationListItem> =>
  ask(`${url}/api/v1/conversations/${id}`, ConversationListItem, token);

/** The whole history, oldest first. */
export async function readMessages(url: string, { token }: Person, conversation: number): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const after = messages.at(-1)?.id ?? 0;
    const address = `${url}/api/v1/conversations/${conversation}/messages?after=${after}&limit=200`;
    const { items, newer } = await ask(address, MessagesAnswer, token);
    messages.push(...items);
    if (!newer) return messages;
  }
}

/** All turns with their ledger, oldest first. */
export async function readTurns(url: string, { token }: Person, conversation: number): Promise<TurnListItem[]> {
  const turns: TurnListItem[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const address = `${url}/api/v1/conversations/${conversation}/turns?limit=100${cursor ? `&cursor=${cursor}` : ""}`;
    const answer: { items: TurnListItem[]; next_cursor: string | null } = await ask(address, page(TurnListItem), token);
    turns.push(...answer.items);
    cursor = answer.next_cursor;
  }
  return turns.sort((a, b) => a.id - b.id);
}

/** What a new client is shown, with `query` as its cursors: every frame until it is up to date. */
export function readFrames(
  url: string,
  { token }: Person,
  conversation: number,
  query: string,
): Promise<ServerFrame[]> {
  return new Promise((resolve, reject) => {
    const frames: ServerFrame[] = [];
    const address = `${url.replace("http", "ws")}/parties/conversation/${conversation}?token=${token}${query}`;
    const socket = new WebSocket(address);
    let head = Number.POSITIVE_INFINITY;
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`The socket closed after ${frames.length} frames.`)));
    socket.on("message", (data) => {
      const frame = ServerFrame.parse(JSON.parse(String(data)));
      frames.push(frame);
      if (frame.type === "welcome") head = frame.latest_seq;
      const seq =
        frame.type === "welcome" ? sinceOf(query) : "seq" in frame && typeof frame.seq === "number" ? frame.seq : -1;
      if (seq < head) return;
      resolve(frames);
      socket.close();
    });
  });
}

const sinceOf = (query: string): number => Number(new URLSearchParams(query).get("since") ?? -1);

/** The whole log of a conversation with fewer than 1,000 events. */
export async function readEvents(url: string, person: Person, conversation: number, epoch: string): Promise<Event[]> {
  const frames = await readFrames(url, person, conversation, `&since=0&epoch=${epoch}`);
  return frames.flatMap((frame) => {
    const event = Event.safeParse(frame);
    return event.success ? [event.data] : [];
  });
}

/** Sends a message without a socket; resolves once it is durable. */
export async function postMessage(
  url: string,
  { token }: Person,
  conversation: number,
  content: string,
  more: { answer?: boolean } = {},
): Promise<void> {
  const body = { content, ...more };
  await ask(`${url}/api/v1/conversations/${conversation}/messages?wait=false`, MessagePosted, token, body);
}

/** A ticket for one socket. */
export async function postTicket(url: string, { token }: Person, conversation_id: number): Promise<string> {
  return (await ask(`${url}/api/v1/tickets`, TicketAnswer, token, { conversation_id })).ticket;
}
