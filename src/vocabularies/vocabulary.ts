// What a vocabulary is: a pure two-way mapping between one system's wire events and what Edgewise does. It touches no
// socket, no clock and no storage; a sixth system is one file like its neighbours and one row in registry.ts.

import type { Message, Turn } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import { FAREWELL } from "../protocol/farewells.ts";
import type { Ended, Farewell, Happening } from "../protocol/happenings.ts";
import type { Tool } from "../protocol/tools.ts";

/** What a client means: by our number, or by the name its own system gave it. */
export type Target =
  | { by: "conversation"; id: number }
  /** Of assistant rooms: `room_` and a UUID. */
  | { by: "room"; room_id: string };

export const conversation = (id: number): Target => ({ by: "conversation", id });

/** What a wire event asks for. */
export type Ask =
  | { do: "join"; target: Target }
  | { do: "leave"; target: Target }
  /** `target` null: in a new conversation, which the sender joins by that. */
  | {
      do: "send";
      target: Target | null;
      content: string;
      client_id: string | null;
      data: Record<string, unknown>;
      model?: string | undefined;
      temperature?: number | undefined;
    }
  | { do: "typing"; target: Target; on: boolean }
  | { do: "read"; target: Target; message_id: number }
  | { do: "history"; target: Target; before?: number | undefined; after?: number | undefined; limit: number }
  /** Ends the running answer. */
  | { do: "stop"; target: Target; event_id: string | null }
  | { do: "create_room"; chat_id: string; source: string; model: string; tools: Tool[] }
  | { do: "find_chat"; chat_id: string }
  | { do: "join_project"; project_id: number }
  | { do: "leave_project"; project_id: number }
  | { do: "tool_result"; target: Target; call_id: string; result: unknown }
  | { do: "tool_error"; target: Target; call_id: string; error: unknown }
  | { do: "ping" }
  /** Keeps an idle clock from running out. */
  | { do: "nothing" };

/** What came of it. `repeated`: the client_id was known already. */
export type Answer =
  | { did: "joined"; names: Names }
  | { did: "left"; names: Names }
  | { did: "sent"; names: Names; message_id: number; turn_id: number | null; repeated: boolean }
  | { did: "history"; names: Names; messages: Message[]; older: boolean; newer: boolean }
  | { did: "created"; names: Names; model: string }
  | { did: "found"; names: Names | null; chat_id: string }
  | { did: "joined_project" | "left_project"; project_id: number }
  | { did: "stopped"; names: Names }
  | { did: "pong"; timestamp: number }
  | { did: "nothing" };

/** By what names a conversation is known on the wire. */
export interface Names {
  conversation_id: number;
  room_id: string | null;
  chat_id: string | null;
  model: string | null;
}

/** One packet. `to`: every socket that follows the conversation, all but the one that sent the message, or that one alone. */
export interface Wire {
  event: string;
  payload: unknown;
  to: "all" | "others" | "sender";
}

export interface Speaker {
  /** The conversation a socket was opened for (interview). */
  session: Target | null;
}

/** Packets for whoever follows the conversation. */
export const toAll = (event: string, payload: unknown): Wire => ({ event, payload, to: "all" });
export const toOthers = (event: string, payload: unknown): Wire => ({ event, payload, to: "others" });
export const toSender = (event: string, payload: unknown): Wire => ({ event, payload, to: "sender" });

export const STOPPED = "The answer was stopped.";

/** What people read when an answer failed or broke off; null when it did not. */
export function failureOf({ state, error }: Turn): string | null {
  if (state !== "failed" && state !== "interrupted") return null;
  return error?.message ?? "The answer could not be given.";
}

/** The same, where an answer that was stopped before its first word has no other sign. */
export const lackOf = (turn: Turn, answer: Message | null): string | null =>
  failureOf(turn) ?? (answer ? null : STOPPED);

/** The answer that spoke last. */
export const lastSaid = ({ said }: Ended): number | null => said.at(-1)?.id ?? null;

/** What whoever is shown out is told. */
export const farewellOf = ({ type }: Farewell): string => FAREWELL[type].message;

export interface Vocabulary {
  /** What the client's event asks for; null when this vocabulary has no such event. A refusal names the field. */
  hear(event: string, payload: unknown, speaker: Speaker): Outcome<Ask> | null;
  /** To the socket that asked, when it worked; the acknowledgement is made elsewhere, alike for all. */
  reply(ask: Ask, answer: Answer): Wire[];
  /** To the socket that asked, when it did not; `ask` null when the payload was wrong. */
  refuse(event: string, payload: unknown, ask: Ask | null, error: { code: string; message: string }): Wire[];
  /** To those who follow the conversation. */
  tell(happening: Happening, names: Names): Wire[];
  /** To one that followed it and does no longer: that it is not open to him, and the end of an answer he waits for. */
  shownOut(farewell: Farewell, names: Names): Wire[];
}
