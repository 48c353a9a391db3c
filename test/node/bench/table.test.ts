// The benchmark's table says what was measured, how it compares, and whether the aim is met.
import { describe, expect, it } from "vitest";
import { grid, judge, show } from "../../../bench/report/table.ts";
import { atLeastTimes, atMost, atMostTimes, type Row, type Work } from "../../../bench/work/work.ts";

const work = (rows: Row[]): Work => ({
  name: "some",
  peers: ["Edgewise", "DO", "Node"],
  fresh: false,
  onDisk: true,
  measure: async () => ({}),
  rows,
});
const row = (aim: Row["aim"]): Row => ({ what: "a thing", metric: "ms", unit: "ms", aim });
const measured = {
  some: { Edgewise: [{ ms: 9 }, { ms: 2 }, { ms: 3 }], DO: [{ ms: 2 }], Node: [{ ms: Number.NaN }] },
};

describe("the benchmark's table", () => {
  it("shows medians, and how many times a peer's value ours is", () => {
    const [judged] = judge([work([row(null)])], measured, "memory");
    expect(judged).toEqual({ cells: ["a thing", "", "", "3.00 ms", "2.00 ms (1.50 ×)", "–", "–", "–"], met: null });
  });

  it.each([
    [atMost(3, ""), true],
    [atMost(2.9, ""), false],
    [atMostTimes(1.5, "DO", ""), true],
    [atMostTimes(1.4, "DO", ""), false],
    [atMostTimes(1, "DO", "", 1), true],
    [atLeastTimes(1.5, "DO", ""), true],
    [atLeastTimes(1.6, "DO", ""), false],
    [atMostTimes(100, "Node", ""), false],
  ])("marks an aim by the medians (%#)", (aim, met) => {
    const [judged] = judge([work([row(aim)])], measured, "memory");
    expect([judged?.met, judged?.cells[2]]).toEqual([met, met ? "✔" : "✘"]);
  });

  it("has another aim on disk where there is one", () => {
    const rows = [row({ ...atMost(1, "strict"), onDisk: atMost(5, "mild") })];
    expect(judge([work(rows)], measured, "memory")[0]?.met).toBe(false);
    expect(judge([work(rows)], measured, "disk")[0]?.cells.slice(1, 3)).toEqual(["mild", "✔"]);
  });

  it("leaves out what was not measured", () => {
    expect(judge([work([row(null)])], {}, "memory")).toEqual([]);
  });

  it("shows each unit as people read it", () => {
    expect([show(12.345, "ms"), show(1.234, "ratio"), show(12_345.6, "per second"), show(8_999, "bytes")]).toEqual([
      "12.3 ms",
      "1.23",
      "12,346/s",
      "8,999 B",
    ]);
    expect([show(-3.2, "percent"), show(20, "percent"), show(0, "count")]).toEqual(["−3 %", "+20 %", "0"]);
  });

  it("is Markdown with even columns", () => {
    expect(
      grid([
        ["", "b"],
        ["long", "c"],
      ]),
    ).toBe("|      | b |\n|------|---|\n| long | c |");
  });
});
