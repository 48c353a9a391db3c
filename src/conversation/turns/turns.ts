// Decides what happens to a turn: pure, so that every schedule of faults can be tried without time or storage.
// It knows nothing of text, storage or models; answering.ts carries out what is decided here.
import type { Turn, Usage } from "../../protocol/entities.ts";
import type { ToolCall } from "../../protocol/tools.ts";

/** Automatic attempts of one turn; a person's retry is a new turn (R4). */
export const MAX_ATTEMPTS = 3;
/** A provider that asks for a longer pause is treated as away. */
const MAX_PAUSE_MS = 60_000;
const BACKOFF_MS = [0, 500, 2_000] as const;

export type FinishReason = NonNullable<Turn["finish_reason"]>;
export type TurnError = NonNullable<Turn["error"]>;

/** What decisions depend on. `length`: stored text of the answer, UTF-16 units. `remainingMs`: of the turn's total. */
export interface Progress {
  attempt: number;
  length: number;
  remainingMs: number;
}

/** How an attempt ended, or what came upon the turn. */
export type Happening =
  | { type: "finish"; reason: FinishReason; usage: Usage | null; calls?: ToolCall[] }
  | { type: "fault"; error: TurnError; retryable: boolean; retryAfterMs: number | null }
  | { type: "cut" }
  | { type: "silent"; waited: "first_token" | "stall" }
  | { type: "died" }
  | { type: "diverged" }
  | { type: "too_long" }
  | { type: "time_up" }
  | { type: "cancel" };

export type AttemptOutcome = "ok" | "failed" | "cancelled" | "lost";

export type Decision =
  | { do: "attempt"; reason: "first" | "retry" | "continue" | "restart"; afterMs: number }
  | { do: "end"; state: "finished"; finish: FinishReason; usage: Usage | null; calls?: ToolCall[] }
  | { do: "end"; state: "failed" | "interrupted"; error: TurnError }
  | { do: "end"; state: "cancelled" };

/** What the ledger says of the attempt that this ended. */
export function outcome(happening: Happening): AttemptOutcome {
  switch (happening.type) {
    case "finish":
    case "too_long":
      return "ok";
    case "cancel":
      return "cancelled";
    case "fault":
    case "silent":
    case "time_up":
      return "failed";
    case "cut":
    case "died":
    case "diverged":
      return "lost";
    default:
      return happening satisfies never;
  }
}

/** The one place that decides whether a turn is tried again, goes on, or ends, and how. */
export function decide(progress: Progress, happening: Happening): Decision {
  switch (happening.type) {
    case "finish":
      if (happening.calls?.length) {
        const { reason: finish, usage, calls } = happening;
        return { do: "end", state: "finished", finish, usage, calls };
      }
      if (happening.reason === "content_filter" && progress.length === 0)
        return { do: "end", state: "failed", error: ERRORS.filtered };
      if (progress.length === 0) return { do: "end", state: "failed", error: ERRORS.empty };
      return { do: "end", state: "finished", finish: happening.reason, usage: happening.usage };
    case "too_long":
      return { do: "end", state: "finished", finish: "length", usage: null };
    case "cancel":
      return { do: "end", state: "cancelled" };
    case "time_up":
      return giveUp(progress, ERRORS.timeUp);
    case "fault":
      if (!happening.retryable) return giveUp(progress, happening.error);
      return again(progress, happening.error, happening.retryAfterMs ?? 0);
    case "cut":
      return again(progress, ERRORS.cut, 0);
    case "silent":
      return again(progress, happening.waited === "stall" ? ERRORS.stalled : ERRORS.noFirstToken, 0);
    case "died":
      return again(progress, ERRORS.died, 0);
    case "diverged":
      return progress.attempt < MAX_ATTEMPTS
        ? { do: "attempt", reason: "restart", afterMs: 0 }
        : giveUp(progress, ERRORS.cut);
    default:
      return happening satisfies never;
  }
}

function again(progress: Progress, error: TurnError, retryAfterMs: number): Decision {
  const afterMs = Math.max(retryAfterMs, BACKOFF_MS[progress.attempt] ?? 0);
  const hopeless = progress.attempt >= MAX_ATTEMPTS || afterMs > MAX_PAUSE_MS || afterMs >= progress.remainingMs;
  if (hopeless) return giveUp(progress, error);
  return { do: "attempt", reason: progress.length > 0 ? "continue" : "retry", afterMs };
}

/** What is on the screens stays: a turn with text is interrupted, one without has failed. */
const giveUp = (progress: Progress, error: TurnError): Decision => ({
  do: "end",
  state: progress.length > 0 ? "interrupted" : "failed",
  error,
});

const away = (message: string): TurnError => ({ code: "model_unavailable", message });

const ERRORS = {
  filtered: { code: "model_refused", message: "The model's content filter withheld this answer." },
  empty: away("The model gave an empty answer."),
  timeUp: away("The answer took too long and was ended."),
  cut: away("The connection to the model was lost."),
  stalled: away("The model stopped in the middle of the answer."),
  noFirstToken: away("The model did not begin to answer in time."),
  died: away("The server was restarted too often while answering."),
} satisfies Record<string, TurnError>;
