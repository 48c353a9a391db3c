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
export const AssistantMode = z
  .enum(["always", "mention", "off"])
  .describe("Whether messages are answered: every one, those that say `@assistant`, or none");
const Timestamp = z.iso.datetime().describe("ISO 8601, UTC, milliseconds");

export const Content = boundedText(LIMITS.messageBytes).refine((text) => /[^\s\p{Cf}\p{Cc}]/u.test(text), {
  error: "may not be empty",
});
export const ClientId = Text.min(1)
  .max(LIMITS.clientId)
  .describe("Your own key for a message: sent again with the same one it is still one message and one answer");
/** Nothing that breaks a line, and no marks that turn around what stands beside it. */
const oneLine = (length: number) =>
  Text.trim()
    .min(1)
    .max(length)
    .refine((text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text), {
      error: "may not contain line breaks or control characters",
    });
export const Title = oneLine(LIMITS.title);
/** Of a person, or of what people have made. */
export const Name = oneLine(200);
export const ModelName = Text.trim()
  .min(1)
  .max(200)
  .describe("`provider:model`; a name without a provider belongs to the default one");
export const Instructions = Text.max(LIMITS.instructions).describe("What the model is told before every answer");
export const Temperature = z.number().min(0).max(2);

export const Person = z.object({ user_id: Id, name: z.string() });

export const MessageFile = z
  .object({
    id: Id,
    filename: z.string(),
    file_type: z.string().describe("The name's extension, in lower case"),
    content_type: z.string().describe("By name and bytes, when they agree"),
    size: z.int().nonnegative().describe("Bytes"),
    url: z.string().optional().describe("Opens it for a day without a log-in. Events and lists have none: ask for one"),
  })
  .meta({ id: "MessageFile", description: "A file of a message; its bytes are at `/api/v1/files/{id}`" });
export type MessageFile = z.infer<typeof MessageFile>;

export const Message = z
  .object({
    id: Id,
    role: z.enum(["user", "assistant", "system", "tool"]),
    author: Person.nullable().describe("Null for what no person wrote"),
    content: z.string(),
    data: z.record(z.string(), z.unknown()),
    files: z.array(MessageFile),
    turn_id: Id.nullable().describe("Of an answer: the turn that wrote it"),
    reply_to: Id.nullable().describe("The message that this one refers to"),
    client_id: z.string().nullable().describe("The sender's own key for it"),
    answer_id: Id.optional().describe(
      "Of a question: the answer that is current for everyone; the others to it are its variants",
    ),
    created_at: Timestamp,
    edited_at: Timestamp.optional(),
    deleted_at: Timestamp.optional().describe("Its content is gone"),
  })
  .meta({ id: "Message", description: "A durable entry; ids rise within their conversation" });
export type Message = z.infer<typeof Message>;

export const AnswerStub = Message.omit({ content: true })
  .extend({ length: z.int().nonnegative().describe("Of the answer's text, in UTF-16 units") })
  .meta({
    id: "AnswerStub",
    description: "An answer as its turn's last event carries it: the text came in the text frames",
  });
export type AnswerStub = z.infer<typeof AnswerStub>;

export const Usage = z
  .object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() })
  .meta({ id: "Usage", description: "Tokens as the provider counted them" });
export type Usage = z.infer<typeof Usage>;

export const TurnState = z.enum(["queued", "running", "waiting", "finished", "failed", "cancelled", "interrupted"]);
export type TurnState = z.infer<typeof TurnState>;

export const Turn = z
  .object({
    id: Id,
    question_id: Id.describe("The message that is answered"),
    answer_id: Id.nullable().describe("The answer's message, numbered when the turn starts"),
    state: TurnState,
    model: z.string(),
    attempt: z.int().nonnegative().describe("Calls to the provider so far: at most three"),
    finish_reason: z.enum(["stop", "length", "content_filter"]).nullable(),
    usage: Usage.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
  })
  .meta({
    id: "Turn",
    description: "One answering of one message; the last four states are final",
  });
export type Turn = z.infer<typeof Turn>;

export const Attempt = z
  .object({
    turn_id: Id,
    attempt: z.int().nonnegative(),
    reason: z.enum(["first", "retry", "continue", "restart", "title"]),
    model: z.string(),
    from: z.int().nonnegative().describe("Length of the text that was there before it, in UTF-16 units"),
    outcome: z.enum(["running", "ok", "failed", "cancelled", "lost"]),
    error: z.string().nullable(),
    usage: Usage.nullable(),
    started_at: Timestamp,
    first_token_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
  })
  .meta({
    id: "Attempt",
    description:
      "A row of the billing ledger: one call to a provider. With the reason `title` it asked for the conversation's title after the turn, and is none of the turn's attempts: its number is 0",
  });
export type Attempt = z.infer<typeof Attempt>;

export const Member = z
  .object({
    user_id: Id,
    name: z.string(),
    role: MemberRole,
    read_id: z
      .int()
      .nonnegative()
      .describe("Of what this member has read, the message that arrived last: an answer arrives when it has ended"),
  })
  .meta({ id: "Member", description: "Somebody who takes part in a conversation" });
export type Member = z.infer<typeof Member>;

export const Conversation = z
  .object({
    id: Id,
    kind: ConversationKind,
    title: z.string().nullable(),
    model: z.string().nullable().describe("Null: the server's default"),
    instructions: z.string().nullable(),
    assistant_mode: AssistantMode,
    temperature: z.number().nullable().describe("Null: the model's own"),
    created_at: Timestamp,
  })
  .meta({ id: "Conversation", description: "One thread of messages with members and an assistant's settings" });
export type Conversation = z.infer<typeof Conversation>;
