// What the server sends: the opening frames, durable events with a `seq`, signals, text and replies.
import * as z from "zod";
import { AnswerStub, Conversation, Id, Member, MemberRole, Message, Role, Turn } from "./entities.ts";
import { ErrorBody } from "./errors.ts";

const seq = z.int().nonnegative();

/** A turn not yet ended; the running one carries its text so far. */
const OpenTurn = Turn.extend({ text: z.string().optional() });

export const Present = z.object({ user_id: Id, name: z.string(), since: z.iso.datetime() });

export const Welcome = z.object({
  type: z.literal("welcome"),
  v: z.literal(1),
  you: z.object({ user_id: Id, name: z.string(), role: z.union([MemberRole, Role]), can: z.array(z.string()) }),
  conversation: Conversation,
  members: z.array(Member),
  present: z.array(Present),
  epoch: z.string(),
  latest_seq: seq,
  replay: z.enum(["none", "events", "snapshot"]),
  session_expires_at: z.iso.datetime(),
});
export type Welcome = z.infer<typeof Welcome>;

export const Snapshot = z.object({
  type: z.literal("snapshot"),
  seq,
  messages: z.array(Message),
  turns: z.array(OpenTurn),
  older: z.boolean(),
});
export type Snapshot = z.infer<typeof Snapshot>;

const event = { seq: z.int().positive(), at: z.iso.datetime() };

/** Durable changes: every client that asks sees the same ones in the same order. */
export const Event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message.created"), ...event, message: Message }),
  z.object({ type: z.literal("message.edited"), ...event, message: Message }),
  z.object({ type: z.literal("message.deleted"), ...event, message_id: Id }),
  z.object({ type: z.literal("answer.selected"), ...event, question_id: Id, message_id: Id }),
  z.object({ type: z.literal("turn.started"), ...event, turn: Turn }),
  z.object({ type: z.literal("turn.reset"), ...event, turn_id: Id, attempt: z.int(), reason: z.string() }),
  z.object({ type: z.literal("turn.finished"), ...event, turn: Turn, message: AnswerStub }),
  z.object({ type: z.literal("turn.failed"), ...event, turn: Turn }),
  z.object({ type: z.literal("turn.cancelled"), ...event, turn: Turn, message: AnswerStub.optional() }),
  z.object({ type: z.literal("turn.interrupted"), ...event, turn: Turn, message: AnswerStub.optional() }),
  z.object({ type: z.literal("member.added"), ...event, member: Member }),
  z.object({ type: z.literal("member.removed"), ...event, user_id: Id }),
  z.object({ type: z.literal("member.role_changed"), ...event, user_id: Id, role: MemberRole }),
  z.object({ type: z.literal("conversation.configured"), ...event, conversation: Conversation }),
  z.object({ type: z.literal("conversation.erased"), ...event }),
]);
export type Event = z.infer<typeof Event>;

/** The answer's text: `from` counts UTF-16 units of the running answer before `text`. It alone has no `type`. */
export const TextFrame = z.object({ from: z.int().nonnegative(), text: z.string(), type: z.undefined().optional() });
export type TextFrame = z.infer<typeof TextFrame>;

export const Signal = z.discriminatedUnion("type", [
  z.object({ type: z.literal("present"), users: z.array(Present) }),
  z.object({ type: z.literal("typing"), user_id: Id, name: z.string(), on: z.boolean() }),
  z.object({ type: z.literal("reads"), user_id: Id, message_id: Id }),
  z.object({ type: z.literal("auth.expiring"), in_s: z.int().nonnegative() }),
  z.object({ type: z.literal("notice"), code: z.string(), message: z.string() }),
  z.object({ type: z.literal("probe"), n: z.int().nonnegative() }),
  z.object({ type: z.literal("bye"), code: z.string(), message: z.string(), retry_after_ms: z.int().optional() }),
  z.object({ type: z.literal("error"), error: ErrorBody }),
]);
export type Signal = z.infer<typeof Signal>;

/** What a command's success carries, by command. */
export interface Replies {
  "message.send": { message_id: number; turn_id?: number; seq: number; repeated: boolean };
  "message.edit": { seq: number; turn_id?: number };
  "message.delete": { seq: number };
  "answer.select": { seq: number };
  "turn.cancel": { state: Turn["state"] };
  "turn.retry": { turn_id: number };
  history: { messages: Message[]; older: boolean; newer: boolean };
  "auth.refresh": { session_expires_at: string };
  "member.add": { seq: number };
  "member.remove": { seq: number };
  "member.role": { seq: number };
  configure: { seq: number };
}

export const Reply = z.union([
  z.looseObject({ type: z.literal("reply"), ref: z.int(), ok: z.literal(true) }),
  z.object({ type: z.literal("reply"), ref: z.int(), ok: z.literal(false), error: ErrorBody }),
]);
export type Reply = z.infer<typeof Reply>;

export const ServerFrame = z.union([Welcome, Snapshot, Event, Signal, Reply, TextFrame]);
export type ServerFrame = z.infer<typeof ServerFrame>;
