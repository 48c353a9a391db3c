// What the server sends: the opening frames, durable events with a `seq`, signals, text and replies.
import * as z from "zod";
import type { Command } from "./commands.ts";
import { AnswerStub, Conversation, Id, Member, MemberRole, Message, Role, Turn, TurnState } from "./entities.ts";
import { ErrorBody } from "./errors.ts";

const seq = z.int().nonnegative();

const OpenTurn = Turn.extend({
  text: z.string().optional().describe("Of the running one: its answer so far"),
}).meta({ id: "OpenTurn", description: "A turn not yet ended" });

export const Present = z
  .object({ user_id: Id, name: z.string(), since: z.iso.datetime() })
  .meta({ id: "Present", description: "Somebody with a connection to this conversation" });

export const Welcome = z
  .object({
    type: z.literal("welcome"),
    v: z.literal(1).describe("The protocol's version"),
    you: z.object({
      user_id: Id,
      name: z.string(),
      role: z.union([MemberRole, Role]),
      can: z.array(z.string()).describe("The actions to offer"),
      changes_from: Id.describe("Earlier messages can be read and deleted, not edited, answered again or chosen"),
    }),
    conversation: Conversation,
    members: z.array(Member),
    present: z.array(Present),
    epoch: z.string().describe("Changes only when the store was restored: then nothing held before counts"),
    latest_seq: seq.describe("The last event's; you are live when you have it"),
    replay: z.enum(["none", "events", "snapshot"]).describe("What follows of what you lack"),
    session_expires_at: z.iso.datetime(),
  })
  .describe("The first frame of every connection; commands may be sent from now on");
export type Welcome = z.infer<typeof Welcome>;

export const Snapshot = z
  .object({
    type: z.literal("snapshot"),
    seq: seq.describe("The last event that it contains"),
    messages: z.array(Message).describe("The latest, ids ascending"),
    turns: z.array(OpenTurn),
    older: z.boolean().describe("There are messages before the first one: ask for `history`"),
  })
  .describe("The state in place of events: on a first visit, or when too much was missed");
export type Snapshot = z.infer<typeof Snapshot>;

const event = { seq: z.int().positive(), at: z.iso.datetime() };

/** Durable changes: every client that asks sees the same ones in the same order. */
export const Event = z.discriminatedUnion("type", [
  z
    .object({ type: z.literal("message.created"), ...event, message: Message })
    .describe("A message was sent; an answer comes with its turn's last event instead"),
  z
    .object({ type: z.literal("message.edited"), ...event, message: Message })
    .describe("The message as it is now, in place of the one with its id"),
  z
    .object({ type: z.literal("message.deleted"), ...event, message_id: Id })
    .describe("The message keeps its place; its content is gone. A question whose current answer it was has none now"),
  z
    .object({ type: z.literal("answer.selected"), ...event, question_id: Id, message_id: Id })
    .describe("`message_id` is the question's current answer for everyone; the others are its variants"),
  z
    .object({ type: z.literal("turn.started"), ...event, turn: Turn })
    .describe("An answer begins: text frames are this turn's from now on, from 0"),
  z
    .object({ type: z.literal("turn.reset"), ...event, turn_id: Id, attempt: z.int(), reason: z.string() })
    .describe("The answer begins anew: clear its text; the next text frame is from 0"),
  z
    .object({ type: z.literal("turn.finished"), ...event, turn: Turn, message: AnswerStub })
    .describe("The answer is complete: the text you hold, if it has the length that `message` says"),
  z
    .object({ type: z.literal("turn.failed"), ...event, turn: Turn })
    .describe("There is no answer; the turn's `error` says why"),
  z
    .object({ type: z.literal("turn.cancelled"), ...event, turn: Turn, message: AnswerStub.optional() })
    .describe("Stopped by a person; with `message` when there was text already"),
  z
    .object({ type: z.literal("turn.interrupted"), ...event, turn: Turn, message: AnswerStub.optional() })
    .describe("Broken off for good after the last attempt; with `message` when there was text already"),
  z.object({ type: z.literal("member.added"), ...event, member: Member }).describe("Somebody takes part"),
  z.object({ type: z.literal("member.removed"), ...event, user_id: Id }).describe("Somebody left or was removed"),
  z
    .object({ type: z.literal("member.role_changed"), ...event, user_id: Id, role: MemberRole })
    .describe("When it is your own: reconnect, and `welcome` says what you can do now"),
  z
    .object({ type: z.literal("member.renamed"), ...event, user_id: Id, name: z.string() })
    .describe("A member is called otherwise now; show that name at earlier messages of theirs too"),
  z
    .object({ type: z.literal("conversation.configured"), ...event, conversation: Conversation })
    .describe("The settings as they are now"),
  z.object({ type: z.literal("conversation.erased"), ...event }).describe("Nothing of it is left; a close follows"),
]);
export type Event = z.infer<typeof Event>;

export const TextFrame = z
  .object({
    from: z.int().nonnegative().describe("UTF-16 units of the answer before `text`"),
    text: z.string(),
    type: z.undefined().optional(),
  })
  .describe(
    "Text of the running answer, the latest `turn.started`; nine of ten frames are this one, so it has no type",
  );
export type TextFrame = z.infer<typeof TextFrame>;

export const Bye = z
  .object({ type: z.literal("bye"), code: z.string(), message: z.string(), retry_after_ms: z.int().optional() })
  .describe("The last frame before the server closes: act on it, the close may come later");

/** What is not kept. */
export const Signal = z.discriminatedUnion("type", [
  z.object({ type: z.literal("present"), users: z.array(Present) }).describe("Who is connected now"),
  z
    .object({ type: z.literal("typing"), user_id: Id, name: z.string(), on: z.boolean() })
    .describe("Somebody else writes, or has stopped"),
  z.object({ type: z.literal("reads"), user_id: Id, message_id: Id }).describe("A member has read up to this message"),
  z
    .object({ type: z.literal("auth.expiring"), in_s: z.int().nonnegative() })
    .describe("Your login ends in so many seconds: send `auth.refresh`"),
  z
    .object({ type: z.literal("notice"), code: z.string(), message: z.string() })
    .describe("Something that people should know"),
  z
    .object({ type: z.literal("probe"), n: z.int().nonnegative() })
    .describe('Answer `{type:"probe", n}` at once: it proves that you read'),
  Bye,
  z
    .object({ type: z.literal("error"), error: ErrorBody })
    .describe("A frame of yours could not be understood, and had no `ref` to reply to"),
]);
export type Signal = z.infer<typeof Signal>;

const Seq = z.object({ seq: seq.describe("The event's") });

/** What a command's success carries, by command. */
export const Replies = {
  "message.send": z.object({
    message_id: Id,
    turn_id: Id.exactOptional().describe("Absent when it asks for no answer"),
    seq,
    repeated: z.boolean().describe("It was stored before: this is the first outcome again"),
  }),
  "message.edit": z.object({ seq, turn_id: Id.exactOptional() }),
  "message.delete": Seq,
  "answer.select": Seq,
  "turn.cancel": z.object({ state: TurnState.describe("`cancelled`, or how it had ended before") }),
  "turn.retry": z.object({ turn_id: Id }),
  "tool.result": z.object({ message_id: Id.describe("Of the result"), seq, repeated: z.boolean() }),
  history: z.object({
    messages: z.array(Message).describe("Ids ascending"),
    older: z.boolean(),
    newer: z.boolean(),
  }),
  "auth.refresh": z.object({ session_expires_at: z.iso.datetime() }),
  "member.add": Seq,
  "member.remove": Seq,
  "member.role": Seq,
  configure: Seq,
} satisfies Record<Command["type"], z.ZodType>;
export type Replies = { [Type in keyof typeof Replies]: z.infer<(typeof Replies)[Type]> };

export const Reply = z.union([
  z
    .looseObject({ type: z.literal("reply"), ref: z.int(), ok: z.literal(true) })
    .describe("The command with this `ref` is done and durable; more fields by its type"),
  z
    .object({ type: z.literal("reply"), ref: z.int(), ok: z.literal(false), error: ErrorBody })
    .describe("The command with this `ref` was refused, and changed nothing"),
]);
export type Reply = z.infer<typeof Reply>;

export const ServerFrame = z.union([Welcome, Snapshot, Event, Signal, Reply, TextFrame]);
export type ServerFrame = z.infer<typeof ServerFrame>;
