// What a client may ask of a conversation. The same commands stand behind REST and Socket.IO.
import * as z from "zod";
import {
  AssistantMode,
  ClientId,
  Content,
  Id,
  Instructions,
  MemberRole,
  ModelName,
  Temperature,
  Title,
} from "./entities.ts";
import { Text } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { CallId, Outcomes } from "./tools.ts";

const ref = z.int().nonnegative().describe("Your own number; the reply carries it");

export const SendMessage = z
  .object({
    client_id: ClientId.optional(),
    content: Content,
    file_ids: z.array(Id).max(LIMITS.filesPerMessage).optional(),
    model: ModelName.optional(),
    temperature: Temperature.optional(),
    answer: z.boolean().optional().describe("Whether it is answered, whatever `assistant_mode` says"),
    reply_to: Id.optional(),
  })
  .meta({ id: "SendMessage" });

export const EditMessage = z
  .object({
    content: Content,
    edited_at: z.iso
      .datetime()
      .nullable()
      .optional()
      .describe("As you know the message, null: never edited. If it is another by now, nothing is changed: `conflict`"),
  })
  .meta({ id: "EditMessage" });

export const Configure = z
  .object({
    title: Title.nullable().optional(),
    model: ModelName.nullable().optional(),
    instructions: Instructions.nullable().optional(),
    assistant_mode: AssistantMode.optional(),
    temperature: Temperature.nullable().optional(),
  })
  .meta({ id: "Configure" });

export const HistoryQuery = z.object({
  before: Id.optional().describe("Only messages with a smaller id, the latest of them"),
  after: z.int().nonnegative().optional().describe("Only messages with a larger id, the earliest of them"),
  limit: z.int().min(1).max(LIMITS.history).default(50),
});

/** Commands that are answered by exactly one `reply` with the same `ref`. */
export const Command = z.discriminatedUnion("type", [
  SendMessage.extend({ type: z.literal("message.send"), ref, client_id: ClientId }).describe(
    "Sends a message; in doubt send it again with the same `client_id`",
  ),
  z
    .object({ type: z.literal("message.edit"), ref, message_id: Id, ...EditMessage.shape })
    .describe("Changes a message of your own; where the assistant is asked, it is answered anew"),
  z
    .object({ type: z.literal("message.delete"), ref, message_id: Id })
    .describe("Removes the content of a message of your own, or as a moderator of anybody's"),
  z
    .object({ type: z.literal("answer.select"), ref, message_id: Id })
    .describe("Makes this answer its question's current one, for everyone"),
  z
    .object({ type: z.literal("turn.cancel"), ref, turn_id: Id })
    .describe("Stops an answer, or takes it out of the queue; what is written stays"),
  z
    .object({ type: z.literal("turn.retry"), ref, message_id: Id, model: ModelName.optional() })
    .describe("Answers a question again; the earlier answer is kept as a variant. `message_id` is the question's"),
  Outcomes.extend({ type: z.literal("tool.result"), ref, call_id: CallId })
    .refine(({ result, error }) => result === undefined || error === undefined, {
      error: "may have only one of `result` and `error`",
    })
    .describe("What came of a tool that the model called and you ran; the first result of a call counts"),
  HistoryQuery.extend({ type: z.literal("history"), ref }).describe("A page of messages"),
  z
    .object({ type: z.literal("auth.refresh"), ref, token: Text.max(4096) })
    .describe("A fresh access token of the same user, for this connection"),
  z
    .object({ type: z.literal("member.add"), ref, user_id: Id, role: MemberRole.default("member") })
    .describe("Lets somebody take part"),
  z.object({ type: z.literal("member.remove"), ref, user_id: Id }).describe("Removes a member; yourself: you leave"),
  z
    .object({ type: z.literal("member.role"), ref, user_id: Id, role: MemberRole })
    .describe("Changes what a member may do"),
  Configure.extend({ type: z.literal("configure"), ref }).describe(
    "Changes the settings that are given; null takes one back to the default",
  ),
]);
export type Command = z.infer<typeof Command>;

/** Frames without an answer. */
export const ClientSignal = z.discriminatedUnion("type", [
  z
    .object({ type: z.literal("read"), message_id: Id })
    .describe("You have read up to this message; at most once a second"),
  z
    .object({ type: z.literal("typing"), on: z.boolean() })
    .describe("You are writing: forgotten after 6 s unless said again"),
  z.object({ type: z.literal("probe"), n: z.int().nonnegative() }).describe("The answer to the server's `probe`"),
]);
export type ClientSignal = z.infer<typeof ClientSignal>;

export const ClientFrame = z.union([Command, ClientSignal]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** The types a client may send, to tell an unknown command from a malformed one. */
export const CLIENT_FRAME_TYPES: ReadonlySet<string> = new Set(
  [...Command.options, ...ClientSignal.options].map((option) => option.shape.type.value),
);
