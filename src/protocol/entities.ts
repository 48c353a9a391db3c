// The things that frames, routes and storage speak of.
import * as z from "zod";
import { boundedText, Text } from "./json.ts";
import { LIMITS } from "./limits.ts";

export const Id = z.int().positive();
export const Role = z.enum(["admin", "doctor", "patient", "hospital", "member"]);
export type Role = z.infer<typeof Role>;
export const MemberRole = z.enum(["owner", "moderator", "member", "viewer"]);
export type MemberRole = z.infer<typeof MemberRole>;
export const ConversationKind = z.enum(["chat", "interview", "assistant_room", "project_chat", "file_room"]);
export const AssistantMode = z.enum(["always", "mention", "off"]);
/** ISO 8601, UTC, milliseconds. */
const Timestamp = z.iso.datetime();

export const Content = boundedText(LIMITS.messageBytes).refine((text) => /[^\s\p{Cf}\p{Cc}]/u.test(text), {
  error: "may not be empty",
});
export const ClientId = Text.min(1).max(LIMITS.clientId);
/** One line: nothing that breaks it, and no marks that turn around what stands beside it. */
export const Title = Text.trim()
  .min(1)
  .max(LIMITS.title)
  .refine((text) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text), {
    error: "may not contain line breaks or control characters",
  });
export const ModelName = Text.trim().min(1).max(200);
export const Instructions = Text.max(LIMITS.instructions);
export const Temperature = z.number().min(0).max(2);

export const Person = z.object({ user_id: Id, name: z.string() });

export const Message = z
  .object({
    id: Id,
    role: z.enum(["user", "assistant", "system", "tool"]),
    author: Person.nullable(),
    content: z.string(),
    data: z.record(z.string(), z.unknown()),
    files: z.array(z.unknown()),
    turn_id: Id.nullable(),
    reply_to: Id.nullable(),
    client_id: z.string().nullable(),
    /** Of a question: the answer that is current for everyone; the others to it are its variants. */
    answer_id: Id.optional(),
    created_at: Timestamp,
    edited_at: Timestamp.optional(),
    /** Its content is gone. */
    deleted_at: Timestamp.optional(),
  })
  .meta({ id: "Message" });
export type Message = z.infer<typeof Message>;

/** The answer as its turn's last event carries it: the text came in the text frames. */
export const AnswerStub = Message.omit({ content: true }).extend({ length: z.int().nonnegative() });
export type AnswerStub = z.infer<typeof AnswerStub>;

export const Usage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });
export type Usage = z.infer<typeof Usage>;

export const TurnState = z.enum(["queued", "running", "waiting", "finished", "failed", "cancelled", "interrupted"]);
export type TurnState = z.infer<typeof TurnState>;

export const Turn = z
  .object({
    id: Id,
    question_id: Id,
    answer_id: Id.nullable(),
    state: TurnState,
    model: z.string(),
    attempt: z.int().nonnegative(),
    finish_reason: z.enum(["stop", "length", "content_filter"]).nullable(),
    usage: Usage.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
  })
  .meta({ id: "Turn" });
export type Turn = z.infer<typeof Turn>;

/**
 * A row of the billing ledger: one call to a provider. With `reason` "title" it asked for the conversation's title after
 * the turn, and is none of the turn's attempts: its number is 0.
 */
export const Attempt = z
  .object({
    turn_id: Id,
    attempt: z.int().nonnegative(),
    reason: z.enum(["first", "retry", "continue", "restart", "title"]),
    model: z.string(),
    from: z.int().nonnegative(),
    outcome: z.enum(["running", "ok", "failed", "cancelled", "lost"]),
    error: z.string().nullable(),
    usage: Usage.nullable(),
    started_at: Timestamp,
    first_token_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
  })
  .meta({ id: "Attempt" });
export type Attempt = z.infer<typeof Attempt>;

export const Member = z
  .object({ user_id: Id, name: z.string(), role: MemberRole, read_id: z.int().nonnegative() })
  .meta({ id: "Member" });
export type Member = z.infer<typeof Member>;

export const Conversation = z
  .object({
    id: Id,
    kind: ConversationKind,
    title: z.string().nullable(),
    model: z.string().nullable(),
    instructions: z.string().nullable(),
    assistant_mode: AssistantMode,
    temperature: z.number().nullable(),
    created_at: Timestamp,
  })
  .meta({ id: "Conversation" });
export type Conversation = z.infer<typeof Conversation>;
