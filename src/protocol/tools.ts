// Tools that a conversation's clients run: what they offer, what the model calls, and what came of it. A call ends its
// turn; when all its results are there, they are the next question.
import * as z from "zod";
import type { Message } from "./entities.ts";
import { type Outcome, ok, refuse } from "./errors.ts";
import { Text, utf8Length, withinBounds } from "./json.ts";
import { LIMITS } from "./limits.ts";

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

/** What came of a call, of the two the one that it was; neither of a tool that returns nothing. */
export const Outcomes = z.object({
  result: z.unknown().optional().describe("Text, or what is shown to the model as JSON"),
  error: z.string().optional().describe("In its place, when the tool failed"),
});
/** The fields that are kept as text: the bounds of the JSON around them are not theirs. */
export const AS_TEXT: readonly string[] = Object.keys(Outcomes.shape);

/** Deeper than this not every reader of JSON follows: Python's stops at 1,000. */
export const READABLE = { levels: 500, keys: Number.POSITIVE_INFINITY };

/** What a tool returned, as models read it and storage keeps it: what is no text is told as JSON. */
export function asText(value: unknown): Outcome<string> {
  const readable = withinBounds(value, READABLE);
  if (!readable.ok) return readable;
  const text =
    typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\uFFFD") : (JSON.stringify(value) ?? "null");
  const fits = utf8Length(text) <= LIMITS.messageBytes;
  return fits ? ok(text) : refuse("too_large", "result may be at most 64 KB long.");
}

type Kept = Pick<Message, "role" | "data">;

/** What an answer calls for; empty for all other messages. */
export const callsOf = ({ role, data }: Kept): ToolCall[] =>
  role === "assistant" ? (Calling.safeParse(data).data?.tool_calls ?? []) : [];

/** Which call a message is the result of; null for all other messages. */
export const resultOf = ({ role, data }: Kept): ToolResult | null =>
  role === "tool" ? (Called.safeParse(data).data ?? null) : null;

/** It says nothing, and only calls. */
export const onlyCalls = (answer: Message): boolean => answer.content === "" && callsOf(answer).length > 0;
