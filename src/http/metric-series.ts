// From slots of stored series to the numbers that the administrators' charts draw.
import { iso } from "../lib/clock.ts";
import {
  boundsOf,
  bucketSeries,
  byLabel,
  type Histogram,
  type LabelledCounter,
  MINUTE_MS,
  type Values,
} from "../lib/metrics.ts";
import { quantile } from "../lib/quantile.ts";
import type { MetricsSlot } from "../protocol/admin.ts";
import type { Slot } from "../store/metric-history.ts";

export function metricsSlot({ minute, sums, peaks, connections }: Slot): MetricsSlot {
  const sum = (name: LabelledCounter, which: (label: string) => boolean) =>
    byLabel(name, sums).reduce((n, [label, value]) => (which(label) ? n + value : n), 0);
  const oneOf =
    (...words: string[]) =>
    (label: string) =>
      words.includes(label);
  const all = () => true;
  return {
    at: iso(minute * MINUTE_MS),
    connections,
    messages: sums.get("edgewise_messages_total") ?? 0,
    requests: sum("edgewise_http_requests_total", all),
    failed_requests: sum("edgewise_http_requests_total", (status) => Number(status) >= 500),
    limited:
      sum("edgewise_http_requests_total", oneOf("429")) +
      sum("edgewise_refusals_total", oneOf("rate_limited", "quota_exceeded")),
    answers: sum("edgewise_answers_total", all),
    failed_answers: sum("edgewise_answers_total", oneOf("failed", "interrupted")),
    response_ms: quantiles("edgewise_http_request_seconds", sums),
    first_token_ms: quantiles("edgewise_first_token_seconds", sums),
    prompt_tokens: sum("edgewise_tokens_total", oneOf("prompt")),
    completion_tokens: sum("edgewise_tokens_total", oneOf("completion")),
    logins_ended: sums.get("edgewise_logins_ended_total") ?? 0,
    outbox_depth: peaks.get("edgewise_outbox_depth") ?? 0,
    outbox_lag_ms: (peaks.get("edgewise_outbox_lag_seconds") ?? 0) * 1000,
  };
}

function quantiles(name: Histogram, values: Values): { p50: number; p95: number } | null {
  const buckets = boundsOf(name).map((bound) => ({ bound, count: values.get(bucketSeries(name, bound)) ?? 0 }));
  const [p50, p95] = [quantile(0.5, buckets), quantile(0.95, buckets)];
  return p50 === null || p95 === null ? null : { p50: p50 * 1000, p95: p95 * 1000 };
}
