// What the kill harness writes down while it runs: every invocation and every answer, to be judged afterwards.
import type { Attempt, Message, Turn } from "../../../src/protocol/entities.ts";
import type { Event, ServerFrame } from "../../../src/protocol/frames.ts";

/** One connection of one client: what it asked for, and every frame it got, in order. `at`: epoch ms. */
export interface ConnectionRecord {
  client: string;
  asked: { epoch: string | null; since: number | null; turn: number | null; offset: number };
  opened: number;
  frames: { at: number; frame: ServerFrame }[];
  /** Frames of no known form: each is a violation by itself. */
  malformed: string[];
}

/** Something acknowledged: over a socket with `seq` and `repeated`, over REST without. */
export interface Acknowledgement {
  at: number;
  message_id: number;
  turn_id: number | null;
  seq: number | null;
  repeated: boolean | null;
}

/** One message a client wanted sent, however often it had to say so. */
export interface SendRecord {
  client_id: string;
  content: string;
  tries: { at: number; over: "socket" | "rest" }[];
  acknowledged: Acknowledgement[];
  refused: string[];
}

export interface CancelRecord {
  turn_id: number;
  acknowledged: { at: number; state: Turn["state"] } | null;
}

/** One call as the provider saw it. `partial`: the beginning that it was asked to continue, else "". */
export interface CallRecord {
  question: string;
  partial: string;
  arrived: number;
  ended: number | null;
}

/** What is stored when all is quiet, read afresh. `events`: the whole log, `answers`: text by turn. */
export interface FinalState {
  epoch: string;
  events: Event[];
  messages: Message[];
  turns: (Turn & { attempts: Attempt[] })[];
  snapshot: { seq: number; messages: Message[]; open: number };
  d1: { messages: StoredMessage[]; turns: StoredTurn[]; attempts: StoredAttempt[] };
}

/** Rows of D1, reduced to what must be equal to the object's. */
export type StoredMessage = Pick<Message, "id" | "role" | "content" | "turn_id" | "client_id">;
export type StoredTurn = Pick<Turn, "id" | "question_id" | "answer_id" | "state" | "attempt">;
export type StoredAttempt = Pick<Attempt, "turn_id" | "attempt" | "reason" | "outcome" | "from">;

/** Everything known of one conversation. `expected`: the provider's whole answer to a question. */
export interface ConversationRecord {
  id: number;
  connections: ConnectionRecord[];
  sent: SendRecord[];
  cancels: CancelRecord[];
  calls: CallRecord[];
  /** Times at which the server was killed, and at which it answered again. */
  kills: { at: number; back: number; boundary: string }[];
  final: FinalState;
}
