// A viewer of the benchmark notices everything that is not the answer as it was emitted.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StampReader, stamp, TOKEN_LENGTH } from "../../../bench/model/stamp.ts";

const tokens = Array.from({ length: 40 }, (_, n) => stamp(n, 1_000 * n));

describe("a stamped token", () => {
  it("is 18 characters, whatever its number and the clock", () => {
    for (const [n, us] of [
      [0, 0],
      [99_999, 123_456_789_012.7],
    ] as const)
      expect(stamp(n, us)).toHaveLength(TOKEN_LENGTH);
  });

  it("is read in any pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sizes) => {
        const reader = new StampReader();
        const all = tokens.join("");
        for (let at = 0, i = 0; at < all.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1;
          reader.take(all.slice(at, at + size), 50_000);
          at += size;
        }
        expect(reader.latencies).toEqual(tokens.map((_, n) => 50 - n));
        expect(reader.length).toBe(all.length);
      }),
    );
  });

  it("has its latency across the clock's wrap", () => {
    const reader = new StampReader();
    reader.take(stamp(0, 10 ** 11 - 500), 10 ** 11 + 500);
    expect(reader.latencies).toEqual([1]);
  });

  it.each([
    ["missing", tokens.toSpliced(3, 1)],
    ["doubled", tokens.toSpliced(3, 0, tokens[3] ?? "")],
    ["moved", tokens.toSpliced(3, 2, tokens[4] ?? "", tokens[3] ?? "")],
    ["cut", tokens.toSpliced(3, 1, tokens[3]?.slice(1) ?? "")],
  ])("is noticed when it is %s", (_, broken) => {
    expect(() => new StampReader().take(broken.join(""))).toThrow(/was due/);
  });
});
