// What the fake provider can do with a call, and the texts it answers with: numbered words, each of them once in a text,
// the same whenever the same question is asked.
import { askToContinue } from "../../src/models/continuation.ts";

interface Message {
  role: string;
  content: string;
}

/** An answer as it should be, or with the one thing wrong that is named. All times in ms. */
export interface Answer {
  kind?: undefined;
  /** Length of the whole answer; 40. */
  words?: number;
  /** This text in place of numbered words. */
  text?: string;
  /** These deltas, whatever was asked. */
  tokens?: string[];
  /** Between two tokens; 0.1 is 10,000 a second, 0 as fast as they are read. */
  intervalMs?: number;
  headersAfterMs?: number;
  firstAfterMs?: number;
  /** How a broken-off answer is continued: exactly (the default), from some UTF-16 units before its end, or all over again. */
  continuation?: "exact" | "restart" | { overlap: number };
  /** null: the stream ends as if well, without a finish_reason. */
  finish?: "stop" | "length" | "content_filter" | "tool_calls" | null;
  /** After the text these tools are called, the arguments in two pieces. */
  calls?: { id: string; name: string; arguments: string }[];
  usage?: boolean;
  /** The connection stays open after finish_reason, and nothing more comes. */
  hangAfterFinish?: boolean;
  cutAfterFinish?: boolean;
  /** After so many tokens: `cut` once they are sent, `reset` with the connection torn down. */
  fault?: { after: number; kind: "cut" | "reset" | "stall" | "bad_json" | "wrong_shape" | "error_chunk" };
}

export type Behaviour =
  | Answer
  | { kind: "refuse" }
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: object }
  | { kind: "error_body"; error: object };

/** Faults by the name of the model that plays them. */
export const SCENARIOS: Record<string, Behaviour> = {
  refuse: { kind: "refuse" },
  busy: { kind: "status", status: 429, headers: { "retry-after": "1" } },
  fault: { kind: "status", status: 500 },
  credentials: { kind: "status", status: 401 },
  bad_request: { kind: "status", status: 400 },
  error_body: { kind: "error_body", error: { message: "Overloaded.", type: "overloaded_error" } },
  slow_headers: { headersAfterMs: 5_000 },
  no_first_token: { fault: { after: 0, kind: "stall" } },
  stall: { fault: { after: 10, kind: "stall" } },
  cut: { fault: { after: 10, kind: "cut" } },
  bad_json: { fault: { after: 10, kind: "bad_json" } },
  error_chunk: { fault: { after: 10, kind: "error_chunk" } },
  no_finish: { finish: null },
  content_filter: { finish: "content_filter" },
  length: { finish: "length" },
  huge_token: { tokens: ["x".repeat(200_000)] },
  flood: { words: 20_000, intervalMs: 0.1 },
  slow: { words: 400, intervalMs: 50 },
  restart: { continuation: "restart" },
  overlap: { continuation: { overlap: 30 } },
};

const GO_ON = askToContinue("")[1]?.content;

/** The last thing a person asked. */
const questionOf = (messages: readonly Message[]): string =>
  messages.findLast(({ role, content }) => role === "user" && content !== GO_ON)?.content ?? "";

/** The answer to a question when nothing else is scripted: `w0.k w1.k w2.k …`, where `k` is the question's own. */
export function fakeText(question: string, words = 40): string {
  let hash = 0;
  for (let i = 0; i < question.length; i += 1) hash = (hash * 31 + question.charCodeAt(i)) % 46_656;
  return Array.from({ length: words }, (_, i) => `w${i}.${hash.toString(36)}`).join(" ");
}

/** The deltas of one answer; a continuation's begin where its mode says. */
export function tokensOf(answer: Answer, messages: readonly Message[]): string[] {
  if (answer.tokens) return answer.tokens;
  const text = answer.text ?? fakeText(questionOf(messages), answer.words);
  return text.slice(startOf(answer, messages)).match(/\s*\S+\s*$|\s*\S+|\s+$/g) ?? [];
}

function startOf({ continuation = "exact" }: Answer, messages: readonly Message[]): number {
  const partial = messages.at(-1)?.content === GO_ON ? messages.at(-2)?.content : undefined;
  if (partial === undefined || continuation === "restart") return 0;
  return Math.max(0, partial.length - (continuation === "exact" ? 0 : continuation.overlap));
}
