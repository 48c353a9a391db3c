// What a conversation tells those who keep nothing of it (the gateways): each happening can be put into words by itself.

import type * as z from "zod";
import type { Conversation, Message, Turn } from "./entities.ts";
import type { Present } from "./frames.ts";
import type { ToolCall } from "./tools.ts";

/**
 * `question`: what a person asked, also where a tool's result led on. `number`: how many messages people have written up to
 * and with the question.
 */
interface Asked {
  turn: Turn;
  question: Message;
  number: number;
}

/** `said`: what answers on the way to this one said before they called for tools, oldest first. */
export interface Ended extends Asked {
  said: Message[];
}

/** `unanswered`: the question whose answer is being written (its turn runs) or waits for results of its calls. */
interface LeftOpen {
  unanswered: Asked | null;
}

export type Happening =
  /** `answered`: a turn answers it. `givenUp`: with it, the last of its kind, an answer whose calls a person stopped. */
  | { type: "message"; message: Message; answered: boolean; givenUp: Ended | null }
  | { type: "edited"; message: Message }
  | { type: "deleted"; message_id: number }
  | ({ type: "opened" } & Asked)
  /** `from` counts UTF-16 units of the answer before `text`. */
  | { type: "text"; turn_id: number; question_id: number; answer_id: number; from: number; text: string }
  /** To whoever comes when it runs already, and when its text so far no longer counts: the text begins anew after this. */
  | ({ type: "underway" } & Asked)
  /** To whoever comes while answers wait for results of their calls: those that are still open. */
  | { type: "awaiting"; calls: ToolCall[] }
  /** However it ended: `turn.state` says it. The answer has its whole text. */
  | ({ type: "closed"; answer: Message | null } & Ended)
  | { type: "configured"; conversation: Conversation }
  /** A change that concerns nobody here; it has its place in the order. */
  | { type: "other" }
  | ({ type: "removed"; user_id: number } & LeftOpen)
  | ({ type: "erased" } & LeftOpen)
  | { type: "typing"; user_id: number; name: string; on: boolean }
  | { type: "present"; users: z.infer<typeof Present>[] }
  | { type: "read"; user_id: number; message_id: number };

/** After which somebody follows here no longer. */
export type Farewell = Extract<Happening, { type: "removed" | "erased" }>;

export const isFarewell = (happening: Happening): happening is Farewell =>
  happening.type === "erased" || happening.type === "removed";

/** To whoever was not told that it ended, it goes on. */
export const stillAwaited = ({ turn, question, number }: Ended): LeftOpen => ({
  unanswered: { turn: { ...turn, state: "running" }, question, number },
});

export const isMeantFor = (farewell: Farewell, user_id: number): boolean =>
  farewell.type === "erased" || farewell.user_id === user_id;

/** Where a listener stands who has been told this: the last event, and how much of the running answer. */
export interface Place {
  seq: number;
  offset: number;
}

export const isAfter = (place: Place, other: Place): boolean =>
  place.seq > other.seq || (place.seq === other.seq && place.offset > other.offset);

export interface Told {
  /** Signals leave the place where it was. */
  place: Place;
  happening: Happening;
}

/** What a gateway is given when one of its sockets begins to follow, or goes on from a place. */
export interface Followed {
  conversation: Conversation;
  /** Where whoever has been told `told` stands. */
  place: Place;
  /** Since the place asked for; without one: open calls, the opening of the running answer and its text so far, if any. */
  told: Told[];
}
