// Counting in memory: by minute, in few series, bounded while nothing can be carried away.
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../src/lib/clock.ts";
import { Meter } from "../../../src/lib/meter.ts";
import { quantile } from "../../../src/lib/quantile.ts";

const at = (time: number): Clock & { time: number } => ({
  time,
  now() {
    return this.time;
  },
  after: () => () => {},
});
const MINUTE = 60_000;

describe("a meter", () => {
  it("gives what was counted in each minute, once", () => {
    const clock = at(5 * MINUTE);
    const meter = new Meter(clock);
    meter.count("edgewise_messages_total");
    meter.count("edgewise_messages_total");
    clock.time += MINUTE;
    meter.countBy("edgewise_http_requests_total", "200");
    expect(meter.take()).toEqual([
      { minute: 5, name: "edgewise_messages_total", value: 2 },
      { minute: 6, name: 'edgewise_http_requests_total{status="200"}', value: 1 },
    ]);
    expect([meter.empty, meter.take()]).toEqual([true, []]);
  });

  it("counts an observation in the bucket that it falls in, and above the last bound too", () => {
    const meter = new Meter(at(0));
    for (const ms of [5, 5.1, 10_001]) meter.observe("edgewise_http_request_seconds", ms);
    const counted = new Map(meter.take().map(({ name, value }) => [name, value]));
    expect(counted.get('edgewise_http_request_seconds_bucket{le="0.005"}')).toBe(1);
    expect(counted.get('edgewise_http_request_seconds_bucket{le="0.01"}')).toBe(1);
    expect(counted.get('edgewise_http_request_seconds_bucket{le="+Inf"}')).toBe(1);
    expect(counted.get("edgewise_http_request_seconds_sum")).toBeCloseTo(10.0111);
  });

  it("keeps an hour of minutes when nobody carries them away, and loses no count", () => {
    const clock = at(0);
    const meter = new Meter(clock);
    for (let minute = 0; minute < 200; minute += 1) {
      clock.time = minute * MINUTE;
      meter.count("edgewise_messages_total");
    }
    const samples = meter.take();
    expect(samples).toHaveLength(60);
    expect(samples[0]).toEqual({ minute: 140, name: "edgewise_messages_total", value: 141 });
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(200);
  });
});

describe("a quantile", () => {
  const buckets = (...counts: number[]) =>
    counts.map((count, i) => ({ bound: i === counts.length - 1 ? Number.POSITIVE_INFINITY : i + 1, count }));
  it.each([
    ["of nothing is nothing", 0.5, buckets(0, 0, 0), null],
    ["lies within its bucket, evenly spread", 0.5, buckets(10, 0, 0), 0.5],
    ["of half is the bound between two halves", 0.5, buckets(5, 5, 0), 1],
    ["skips empty buckets", 0.95, buckets(0, 0, 10, 0), 2.95],
    ["above the last bound is told as that bound", 0.95, buckets(1, 0, 99), 2],
    ["of all is the upper bound of the last one used", 1, buckets(3, 3, 0), 2],
  ])("%s", (_what, q, given, expected) => {
    if (expected === null) expect(quantile(q, given)).toBeNull();
    else expect(quantile(q, given)).toBeCloseTo(expected);
  });
});
