// Tools that a conversation's clients run: what they offer, what the model calls, and what came of it. A call ends its
// turn; when all its results are there, they are the next question.
import * as z from "zod";
import type { Message } from "./entities.ts";
import { Text } from "./json.ts";

export const Tool = z.object({
  name: z.string().regex(/^[\w-]{1,64}$/),
  description: z.string().max(2_000),
  parameters: z.record(z.string(), z.unknown()).describe("JSON Schema of the arguments"),
});
export type Tool = z.infer<typeof Tool>;

/** `arguments` as the model wrote them: JSON, if it kept to it. */
export const CallId = Text.min(1).max(200);
export const ToolCall = z.object({ call_id: CallId, name: z.string(), arguments: z.string() });
export type ToolCall = z.infer<typeof ToolCall>;

const Calling = z.object({ tool_calls: z.array(ToolCall) });
/** `stopped`: a person gave the call up, nothing was brought. */
const Called = z.object({
  call_id: z.string(),
  name: z.string(),
  failed: z.boolean(),
  stopped: z.literal(true).optional(),
});
export type ToolResult = z.infer<typeof Called>;

/** What came of a call, of the two the one that it was. */
export const Outcomes = z.object({
  result: z.unknown().optional().describe("Text, or what is shown to the model as JSON"),
  error: Text.max(10_000).optional().describe("In its place, when the tool failed"),
});

/** Models read text: what is none is told as JSON. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "null");

type Kept = Pick<Message, "role" | "data">;

/** What an answer calls for; empty for all other messages. */
export const callsOf = ({ role, data }: Kept): ToolCall[] =>
  role === "assistant" ? (Calling.safeParse(data).data?.tool_calls ?? []) : [];

/** Which call a message is the result of; null for all other messages. */
export const resultOf = ({ role, data }: Kept): ToolResult | null =>
  role === "tool" ? (Called.safeParse(data).data ?? null) : null;

/** It says nothing, and only calls. */
export const onlyCalls = (answer: Message): boolean => answer.content === "" && callsOf(answer).length > 0;
