// The one interface behind which every model stands: a stream of typed parts.
import type { Usage } from "../protocol/entities.ts";
import type { Tool, ToolCall } from "../protocol/tools.ts";

export interface PromptMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  /** Of an assistant's message: what it called for. Each is followed by its result. */
  calls?: readonly ToolCall[];
  /** Of a tool's message: the call that it is the result of. */
  call_id?: string;
}

export interface ModelRequest {
  messages: PromptMessage[];
  /** The stored beginning of the answer when an attempt continues it, else "". */
  partial: string;
  temperature: number | null;
  /** What the model may call. */
  tools?: readonly Tool[];
}

export type ModelPart =
  | { type: "text"; text: string }
  /** The model is at work (it thinks, it prepares a call) and has nothing to show yet. */
  | { type: "working" }
  | { type: "finish"; reason: "stop" | "length" | "content_filter"; usage: Usage | null; calls?: ToolCall[] };

export interface Model {
  /** As users write it: `provider:model`, or `builtin/assistant`. */
  name: string;
  /** Streams one call; at most one request leaves. Throws ModelError; ends without `finish` when the stream was cut. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
}

/** Why a call gave no (whole) answer. `retryable`: another attempt may help (R4 of reliability.md). */
export class ModelError extends Error {
  override name = "ModelError";
  constructor(
    readonly code: "model_unavailable" | "model_refused",
    message: string,
    readonly retryable: boolean,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}
