// From the server's slots to what each chart draws; pure.
import type { MetricsAnswer, MetricsSlot } from "../../protocol/admin.ts";

export type Unit = "count" | "rate" | "share" | "ms";
export type LineName = "requests" | "answers" | "p50" | "p95" | "asked" | "given";

export interface Line {
  /** Null where there is only one. */
  name: LineName | null;
  /** One a slot; null where nothing happened that could be measured. */
  values: readonly (number | null)[];
}

export interface ChartData {
  unit: Unit;
  lines: readonly Line[];
}

/** A slot that has just begun would make a rate of its few seconds jump. */
const LEAST_S = 10;

/** `now` in ms: rates of the last slot, which is still filling, are of the time that it has lasted. */
export function chartsOf({ slots, step_s }: MetricsAnswer, now: number) {
  const each = (value: (slot: MetricsSlot) => number | null) => slots.map(value);
  const seconds = ({ at }: MetricsSlot) => Math.min(step_s, Math.max(LEAST_S, (now - Date.parse(at)) / 1000));
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const one = (unit: Unit, values: Line["values"]): ChartData => ({ unit, lines: [{ name: null, values }] });
  const quantiles = (measured: (slot: MetricsSlot) => MetricsSlot["response_ms"]): ChartData => ({
    unit: "ms",
    lines: [
      { name: "p50", values: each((slot) => measured(slot)?.p50 ?? null) },
      { name: "p95", values: each((slot) => measured(slot)?.p95 ?? null) },
    ],
  });
  return {
    connections: one(
      "count",
      each((slot) => slot.connections),
    ),
    messages: one(
      "rate",
      each((slot) => slot.messages / seconds(slot)),
    ),
    errors: {
      unit: "share",
      lines: [
        { name: "requests", values: each((slot) => share(slot.failed_requests, slot.requests)) },
        { name: "answers", values: each((slot) => share(slot.failed_answers, slot.answers)) },
      ],
    },
    response: quantiles((slot) => slot.response_ms),
    firstToken: quantiles((slot) => slot.first_token_ms),
    tokens: {
      unit: "count",
      lines: [
        { name: "asked", values: each((slot) => Math.round((slot.prompt_tokens / seconds(slot)) * 60)) },
        { name: "given", values: each((slot) => Math.round((slot.completion_tokens / seconds(slot)) * 60)) },
      ],
    },
    depth: one(
      "count",
      each((slot) => slot.outbox_depth),
    ),
    lag: one(
      "ms",
      each((slot) => slot.outbox_lag_ms),
    ),
  } satisfies Record<string, ChartData>;
}

export type ChartName = keyof ReturnType<typeof chartsOf>;
