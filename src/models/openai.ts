// A model behind any server that speaks OpenAI's chat completions. One call, one request: attempts, pauses and
// watchdogs belong to the turn, so the SDK's own retries and time-out are off.
import OpenAI from "openai";
import * as z from "zod";
import type { Clock } from "../lib/clock.ts";
import type { Usage } from "../protocol/entities.ts";
import { askToContinue } from "./continuation.ts";
import { type Model, ModelError, type ModelPart, type ModelRequest, type PromptMessage } from "./model.ts";
import { cutStream, errorInAnswer, errorOfRequest, notAProvider } from "./provider-errors.ts";
import { SseReader } from "./sse-reader.ts";
import { CallCollector, CallPieces } from "./tool-calls.ts";

export interface OpenAIOptions {
  baseUrl: string;
  /** null: the server asks for none. */
  apiKey: string | null;
  clock: Clock;
  fetch?: typeof fetch;
}

/** Longer than any turn (the turn's watchdogs end a slow call), and within what a timer can hold. */
const NO_TIMEOUT_MS = 24 * 3_600_000;
/** How long to read on for `usage` and the end once the answer is whole. */
const USAGE_GRACE_MS = 5_000;
const SENT_HEADERS = ["accept", "authorization", "content-type", "user-agent"];

const Count = z.int().nonnegative();
const Usages = z
  .object({ prompt_tokens: Count, completion_tokens: Count })
  .transform((u): Usage => ({ ...u, total_tokens: u.prompt_tokens + u.completion_tokens }))
  .nullish()
  .catch(null);
const Said = z.object({ content: z.string().nullish(), tool_calls: CallPieces }).nullish();
const Chunk = z.object({
  choices: z.array(z.object({ delta: Said, finish_reason: z.string().nullish() })).nullish(),
  usage: Usages,
  error: z.unknown().optional(),
});
/** A whole answer at once: what a server sends that does not know `stream`. */
const Completion = z.object({
  choices: z.array(z.object({ message: Said, finish_reason: z.string().nullish() })).min(1),
  usage: Usages,
});
const hasError = ({ error }: { error?: unknown }): boolean => error !== undefined && error !== null;
const Failure = z.object({ error: z.unknown() }).refine(hasError);

/** The models of one provider: `(name as users write it, the provider's own name)` → model. */
export function openAIModels(options: OpenAIOptions): (name: string, model: string) => Model {
  const client = createClient(options);
  return (name, model) => ({
    name,
    stream: (request, signal) => stream(client, options.clock, { ...bodyOf(request), model }, signal),
  });
}

type FinishReason = Extract<ModelPart, { type: "finish" }>["reason"];
type Body = Omit<OpenAI.ChatCompletionCreateParamsStreaming, "model">;

const bodyOf = ({ messages, partial, temperature, tools = [] }: ModelRequest): Body => ({
  messages: [...messages, ...(partial ? askToContinue(partial) : [])].map(asSent),
  ...(tools.length > 0 ? { tools: tools.map((tool) => ({ type: "function", function: tool })) } : {}),
  stream: true,
  stream_options: { include_usage: true },
  ...(temperature === null ? {} : { temperature }),
});

function asSent({ role, content, calls = [], call_id = "" }: PromptMessage): OpenAI.ChatCompletionMessageParam {
  if (role === "tool") return { role, content, tool_call_id: call_id };
  if (role !== "assistant" || calls.length === 0) return { role, content };
  const tool_calls = calls.map(({ call_id: id, name, arguments: args }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: args },
  }));
  return { role, content, tool_calls };
}

/** Ends without `finish` when the signal aborts or the provider ends too early; every failure is a ModelError. */
async function* stream(
  client: OpenAI,
  clock: Clock,
  body: OpenAI.ChatCompletionCreateParamsStreaming,
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void, undefined> {
  const grace = new AbortController();
  let endGrace: (() => void) | null = null;
  let reason: FinishReason | null = null;
  let usage: Usage | null = null;
  const collector = new CallCollector();
  try {
    const response = await open(client, clock, body, AbortSignal.any([signal, grace.signal]));
    if (/^(application\/json|text\/html)/i.test(response.headers.get("content-type") ?? "")) {
      yield* wholeAnswer(await response.text());
      return;
    }
    for await (const events of reads(response, signal)) {
      let text = "";
      let working = false;
      try {
        for (const event of events) {
          const item: unknown = JSON.parse(event);
          const { data: chunk } = Chunk.safeParse(item);
          if (!chunk || hasError(chunk)) throw errorIn(item) ?? cutStream();
          usage = chunk.usage ?? usage;
          const choice = chunk.choices?.[0];
          const said = textOf(choice?.delta);
          text += said;
          working ||= said === "" && atWork(item);
          collector.take(choice?.delta?.tool_calls);
          if (choice?.finish_reason) {
            reason = reasonOf(choice.finish_reason);
            endGrace ??= clock.after(USAGE_GRACE_MS, () => grace.abort());
          }
        }
      } finally {
        // Also what came before a fault.
        if (text) yield { type: "text", text };
        else if (working) yield { type: "working" };
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!reason) throw error instanceof ModelError ? error : cutStream();
  } finally {
    endGrace?.();
  }
  if (reason && !signal.aborted) yield finished(reason, usage, collector);
}

/** A delta with anything beside role and content, such as the reasoning of a model that thinks first. */
const Delta = z.looseObject({ choices: z.array(z.object({ delta: z.record(z.string(), z.unknown()).nullish() })) });
function atWork(item: unknown): boolean {
  const parsed = Delta.safeParse(item);
  const { role: _, content: __, ...rest } = parsed.data?.choices[0]?.delta ?? {};
  return Object.values(rest).some((value) => value !== null && value !== "");
}

async function open(
  client: OpenAI,
  clock: Clock,
  body: OpenAI.ChatCompletionCreateParamsStreaming,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await client.chat.completions.create(body, { signal }).asResponse();
  } catch (error) {
    throw errorOfRequest(error, clock.now());
  }
}

/**
 * The data of the answer's events, of each read together: a fast model sends many at once, and each would pass through the
 * generators by itself. What follows the mark of their end is read, so that the connection can be used again.
 */
async function* reads({ body }: Response, signal: AbortSignal): AsyncGenerator<string[], void, undefined> {
  const bytes = body?.getReader(); // the body's own iterator costs twice as much (docs/performance.md)
  const sse = new SseReader();
  const stop = () => void bytes?.cancel().catch(() => {}); // it may have failed already
  signal.addEventListener("abort", stop, { once: true });
  let done = false;
  try {
    if (signal.aborted) stop();
    while (bytes) {
      const { value } = await bytes.read();
      const events = value ? sse.take(value) : sse.end();
      const mark = events.findIndex((data) => data.startsWith("[DONE]"));
      if (!done) yield mark === -1 ? events : events.slice(0, mark);
      done ||= mark !== -1;
      if (!value) return;
    }
  } finally {
    await bytes?.cancel();
  }
}

function errorIn(json: unknown): ModelError | null {
  const failure = Failure.safeParse(json);
  return failure.success ? errorInAnswer(failure.data.error) : null;
}

function* wholeAnswer(body: string): Generator<ModelPart, void, undefined> {
  const json = parseJson(body);
  const error = errorIn(json);
  if (error) throw error;
  const whole = Completion.safeParse(json);
  if (!whole.success) throw notAProvider();
  const { choices, usage } = whole.data;
  const text = textOf(choices[0]?.message);
  if (text) yield { type: "text", text };
  const collector = new CallCollector();
  collector.take(choices[0]?.message?.tool_calls);
  yield finished(reasonOf(choices[0]?.finish_reason ?? "stop"), usage ?? null, collector);
}

function finished(reason: FinishReason, usage: Usage | null, collector: CallCollector): ModelPart {
  const calls = collector.calls();
  return { type: "finish", reason, usage, ...(calls.length > 0 ? { calls } : {}) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without NUL, at which SQL's text functions stop (reliability.md §2.11). Half surrogate pairs are the pacer's. */
const textOf = (said: z.infer<typeof Said>): string => (said?.content ?? "").replaceAll("\0", "");

/** Reasons of our own protocol; `tool_calls` and words that only some servers know end an answer like `stop`. */
function reasonOf(word: string): FinishReason {
  if (word === "length" || word === "content_filter") return word;
  if (word === "error") throw cutStream();
  return "stop";
}

/** Nothing comes from process.env, and only the headers named above leave (the SDK would add what it knows of the host). */
function createClient({ baseUrl, apiKey, fetch: send = fetch }: OpenAIOptions): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    ...(apiKey ? {} : { defaultHeaders: { authorization: null } }),
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: "off",
    // A redirect would be a second request, and would show the conversation to another server.
    fetch: (url, init) => send(url, { ...init, headers: sentHeaders(init?.headers), redirect: "manual" }),
  });
}

const sentHeaders = (headers: HeadersInit | undefined): Headers =>
  new Headers([...new Headers(headers)].filter(([name]) => SENT_HEADERS.includes(name)));
