// What administrators' charts draw: rates that are right while a minute fills, gaps where nothing was, scales one can read.
import { describe, expect, it } from "vitest";
import type { MetricsSlot } from "../../../src/protocol/admin.ts";
import { chartsOf } from "../../../src/web/admin/charts.ts";
import { indexAt, pathOf, topOf } from "../../../src/web/admin/scale.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");

const slot = (minute: number, change: Partial<MetricsSlot> = {}): MetricsSlot => ({
  at: new Date(NOON + minute * 60_000).toISOString(),
  connections: 0,
  messages: 0,
  requests: 0,
  failed_requests: 0,
  limited: 0,
  answers: 0,
  failed_answers: 0,
  response_ms: null,
  first_token_ms: null,
  prompt_tokens: 0,
  completion_tokens: 0,
  logins_ended: 0,
  outbox_depth: 0,
  outbox_lag_ms: 0,
  ...change,
});

const drawn = (slots: MetricsSlot[], now: number) => chartsOf({ step_s: 60, slots }, now);

describe("a chart of a rate", () => {
  it("takes a slot that is still filling for the seconds it has lasted", () => {
    const slots = [slot(0, { messages: 60 }), slot(1, { messages: 60 })];
    expect(drawn(slots, NOON + 90_000).messages.lines[0]?.values).toEqual([1, 2]);
    expect(drawn(slots, NOON + 500_000).messages.lines[0]?.values).toEqual([1, 1]);
  });

  it("does not leap in the first seconds of a slot, nor when the clocks differ", () => {
    const slots = [slot(0, { messages: 10 })];
    expect(drawn(slots, NOON + 1_000).messages.lines[0]?.values).toEqual([1]);
    expect(drawn(slots, NOON - 5_000).messages.lines[0]?.values).toEqual([1]);
  });

  it("counts tokens by the minute, those asked and those given", () => {
    const { tokens } = drawn([slot(0, { prompt_tokens: 600, completion_tokens: 60 })], NOON + 30_000);
    expect(tokens.lines.map(({ values }) => values)).toEqual([[1_200], [120]]);
  });
});

it("what could not be measured is no value: no failures without requests, no times without answers", () => {
  const { errors, response } = drawn(
    [slot(0), slot(1, { requests: 4, failed_requests: 1, response_ms: { p50: 3, p95: 9 } })],
    NOON + 200_000,
  );
  expect(errors.lines[0]?.values).toEqual([null, 0.25]);
  expect(errors.lines[1]?.values).toEqual([null, null]);
  expect(response.lines.map(({ values }) => values)).toEqual([
    [null, 3],
    [null, 9],
  ]);
});

describe("a scale", () => {
  it.each([
    [[0, 0], 2],
    [[3, null], 4],
    [[9], 10],
    [[11], 20],
    [[258], 400],
    [[1_000], 1_000],
  ])("of counts up to %j ends at %i", (values, top) => {
    expect(topOf([{ values }], "count")).toBeCloseTo(top);
  });

  it("does not end above a whole share, and does not magnify nothing", () => {
    expect(topOf([{ values: [1] }], "share")).toBe(1);
    expect(topOf([{ values: [] }], "ms")).toBe(10);
  });
});

describe("a line", () => {
  const box = { width: 100, height: 50 };

  it("has a gap where there is no value, and shows a value alone as a point", () => {
    expect(pathOf([0, 10, null, 5, null], 10, box)).toBe("M0 50l0 0L25 0M75 25l0 0");
  });

  it("is read at the slot nearest to where one points, also beyond its ends", () => {
    expect([-20, 0, 12, 13, 99, 400].map((x) => indexAt(x, 5, box))).toEqual([0, 0, 0, 1, 4, 4]);
  });
});
