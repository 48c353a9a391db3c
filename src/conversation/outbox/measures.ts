// What an event counts for in the metrics. Pure: the outbox asks it of every event that it brings to D1, and there each
// counts once, by its seq.
import { type Increment, observation, type Sample } from "../../lib/meter.ts";
import { labelled, minuteOf } from "../../lib/metrics.ts";
import type { Turn } from "../../protocol/entities.ts";
import type { Event } from "../../protocol/frames.ts";
import type { AttemptRecord } from "../journal/tables.ts";

/** `attempts`: the ledger's rows of the event's turn. */
export function measured(event: Event, attempts: readonly AttemptRecord[]): Increment[] {
  switch (event.type) {
    case "message.created":
      return [{ name: "edgewise_messages_total", value: 1 }];
    case "turn.finished":
    case "turn.failed":
    case "turn.cancelled":
    case "turn.interrupted": {
      const own = attempts.filter(({ reason }) => reason !== "title");
      const { turn } = event;
      return [
        { name: labelled("edgewise_answers_total", turn.state), value: 1 },
        ...firstToken(turn, own),
        ...tokens(own),
      ];
    }
    case "conversation.configured": // also the end of the call that found a title
      return tokens(attempts.filter(({ reason }) => reason === "title"));
    default:
      return [];
  }
}

/** What people waited: from the question on, whatever was tried in between. */
function firstToken(turn: Turn, attempts: readonly AttemptRecord[]): Increment[] {
  const at = attempts.find(({ first_token_at }) => first_token_at !== null)?.first_token_at;
  return at ? observation("edgewise_first_token_seconds", at - Date.parse(turn.created_at)) : [];
}

function tokens(attempts: readonly AttemptRecord[]): Increment[] {
  const sum = (of: "prompt_tokens" | "completion_tokens") =>
    attempts.reduce((n, { usage }) => n + (usage?.[of] ?? 0), 0);
  return [
    { name: labelled("edgewise_tokens_total", "prompt"), value: sum("prompt_tokens") },
    { name: labelled("edgewise_tokens_total", "completion"), value: sum("completion_tokens") },
  ].filter(({ value }) => value > 0);
}

/** How many events waited for D1 when a batch left, and how long the oldest of them: milliseconds. */
export const outboxPeaks = (now: number, waiting: number, waited: number): Sample[] => [
  { minute: minuteOf(now), name: "edgewise_outbox_depth", value: waiting },
  { minute: minuteOf(now), name: "edgewise_outbox_lag_seconds", value: Math.max(0, waited) / 1000 },
];
