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

const ref = z.int().nonnegative();

export const SendMessage = z.object({
  client_id: ClientId.optional(),
  content: Content,
  file_ids: z.array(Id).max(LIMITS.filesPerMessage).optional(),
  model: ModelName.optional(),
  temperature: Temperature.optional(),
  answer: z.boolean().optional(),
  reply_to: Id.optional(),
});

export const Configure = z.object({
  title: Title.nullable().optional(),
  model: ModelName.nullable().optional(),
  instructions: Instructions.nullable().optional(),
  assistant_mode: AssistantMode.optional(),
  temperature: Temperature.nullable().optional(),
});

export const HistoryQuery = z.object({
  before: Id.optional(),
  after: z.int().nonnegative().optional(),
  limit: z.int().min(1).max(LIMITS.history).default(50),
});

/** Commands that are answered by exactly one `reply` with the same `ref`. */
export const Command = z.discriminatedUnion("type", [
  SendMessage.extend({ type: z.literal("message.send"), ref, client_id: ClientId }),
  z.object({ type: z.literal("message.edit"), ref, message_id: Id, content: Content }),
  z.object({ type: z.literal("message.delete"), ref, message_id: Id }),
  z.object({ type: z.literal("answer.select"), ref, message_id: Id }),
  z.object({ type: z.literal("turn.cancel"), ref, turn_id: Id }),
  z.object({ type: z.literal("turn.retry"), ref, message_id: Id, model: ModelName.optional() }),
  HistoryQuery.extend({ type: z.literal("history"), ref }),
  z.object({ type: z.literal("auth.refresh"), ref, token: Text.max(4096) }),
  z.object({ type: z.literal("member.add"), ref, user_id: Id, role: MemberRole.default("member") }),
  z.object({ type: z.literal("member.remove"), ref, user_id: Id }),
  z.object({ type: z.literal("member.role"), ref, user_id: Id, role: MemberRole }),
  Configure.extend({ type: z.literal("configure"), ref }),
]);
export type Command = z.infer<typeof Command>;

/** Frames without an answer. */
export const ClientSignal = z.discriminatedUnion("type", [
  z.object({ type: z.literal("read"), message_id: Id }),
  z.object({ type: z.literal("typing"), on: z.boolean() }),
  z.object({ type: z.literal("probe"), n: z.int().nonnegative() }),
]);
export type ClientSignal = z.infer<typeof ClientSignal>;

export const ClientFrame = z.union([Command, ClientSignal]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** The types a client may send, to tell an unknown command from a malformed one. */
export const CLIENT_FRAME_TYPES: ReadonlySet<string> = new Set(
  [...Command.options, ...ClientSignal.options].map((option) => option.shape.type.value),
);
