// Metrics as Prometheus reads them: text format 0.0.4, one block a metric.
import {
  boundOf,
  boundsOf,
  bucketSeries,
  type Histogram,
  METRICS,
  type MetricName,
  sumSeries,
  type Values,
} from "../lib/metrics.ts";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function exposition(values: Values): string {
  const names = Object.keys(METRICS) as MetricName[];
  return `${names.flatMap((name) => block(name, values)).join("\n")}\n`;
}

function block(name: MetricName, values: Values): string[] {
  const { kind, help } = METRICS[name];
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...series(name, values)];
}

function series(name: MetricName, values: Values): string[] {
  const metric = METRICS[name];
  if (isHistogram(name)) return histogram(name, values);
  if (!("label" in metric)) return [`${name} ${values.get(name) ?? 0}`];
  return [...values]
    .filter(([each]) => each.startsWith(`${name}{`))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([each, value]) => `${each} ${value}`);
}

/** A bucket here is all that was at most its bound. */
function histogram(name: Histogram, values: Values): string[] {
  let count = 0;
  const buckets = boundsOf(name).map((bound) => {
    count += values.get(bucketSeries(name, bound)) ?? 0;
    return `${name}_bucket{le="${boundOf(bound)}"} ${count}`;
  });
  return [...buckets, `${sumSeries(name)} ${values.get(sumSeries(name)) ?? 0}`, `${name}_count ${count}`];
}

const isHistogram = (name: MetricName): name is Histogram => METRICS[name].kind === "histogram";
