// What is measured: every metric with its kind, its words for people, and the names of its series in Prometheus' form.
// https://prometheus.io/docs/instrumenting/exposition_formats/

type Kind = "counter" | "gauge" | "histogram";

interface Metric {
  kind: Kind;
  help: string;
  label?: string;
  /** Upper bounds of a histogram, seconds, ascending; what is above the last one is counted too. */
  buckets?: readonly number[];
}

export const METRICS = {
  edgewise_connections: { kind: "gauge", help: "Open sockets and event streams." },
  edgewise_http_requests_total: { kind: "counter", help: "Answered requests, by status.", label: "status" },
  edgewise_http_request_seconds: {
    kind: "histogram",
    help: "Time to answer a request; those that wait for a model, and sockets, are left out.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  edgewise_refusals_total: {
    kind: "counter",
    help: "Frames on sockets answered with an error, by code.",
    label: "code",
  },
  edgewise_messages_total: { kind: "counter", help: "Messages that people sent." },
  edgewise_answers_total: { kind: "counter", help: "Answers that ended, by how.", label: "state" },
  edgewise_first_token_seconds: {
    kind: "histogram",
    help: "Time from a question to the first token of its answer.",
    buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 90],
  },
  edgewise_tokens_total: { kind: "counter", help: "Tokens as the models' providers counted them.", label: "kind" },
  edgewise_logins_ended_total: { kind: "counter", help: "Login sessions that were ended before their time." },
  edgewise_outbox_depth: { kind: "gauge", help: "Events that waited for the database: the longest queue of a minute." },
  edgewise_outbox_lag_seconds: {
    kind: "gauge",
    help: "How long an event waited for the database: the most of a minute.",
  },
} as const satisfies Record<string, Metric>;

type All = typeof METRICS;
export type MetricName = keyof All;
type Of<K extends Kind> = { [N in MetricName]: All[N]["kind"] extends K ? N : never }[MetricName];
type Labelled = { [N in MetricName]: All[N] extends { label: string } ? N : never }[MetricName];
export type Histogram = Of<"histogram">;
export type Counter = Exclude<Of<"counter">, Labelled>;
export type LabelledCounter = Of<"counter"> & Labelled;

/** A series of a metric; `value` is one of our own few words or a status, so nothing needs to be escaped. */
export const labelled = (name: LabelledCounter, value: string): string => `${name}{${METRICS[name].label}="${value}"}`;

/** The series that an observation of `seconds` counts in: its bucket alone (Prometheus' own are sums of those below). */
export const bucketOf = (name: Histogram, seconds: number): string =>
  bucketSeries(name, METRICS[name].buckets.find((bound) => seconds <= bound) ?? Number.POSITIVE_INFINITY);

export const bucketSeries = (name: Histogram, bound: number): string => `${name}_bucket{le="${boundOf(bound)}"}`;

export const sumSeries = (name: Histogram): string => `${name}_sum`;

/** All bounds of a histogram, the one that catches everything included. */
export const boundsOf = (name: Histogram): number[] => [...METRICS[name].buckets, Number.POSITIVE_INFINITY];

export const boundOf = (bound: number): string => (bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound));

export const MINUTE_MS = 60_000;
export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);

/** Series with what they count, of a moment or a span of time. */
export type Values = ReadonlyMap<string, number>;

/** The labels of a counter's series with their values. */
export function byLabel(name: LabelledCounter, values: Values): [label: string, value: number][] {
  const start = `${name}{${METRICS[name].label}="`;
  return [...values]
    .filter(([series]) => series.startsWith(start))
    .map(([series, value]) => [series.slice(start.length, -'"}'.length), value]);
}
