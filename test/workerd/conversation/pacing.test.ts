// How an answer's text becomes frames, and how long a silent model is waited for (protocol.md "The text stream", R8).
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutFrame, gatherMs, Pacer } from "../../../src/conversation/turns/pacer.ts";
import type { Happening } from "../../../src/conversation/turns/turns.ts";
import { Watchdog } from "../../../src/conversation/turns/watchdog.ts";
import { Bucket } from "../../../src/lib/bucket.ts";
import { FakeClock, START } from "./rig.ts";

const soon = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

function paced(commitMs = 0) {
  const clock = new FakeClock();
  const frames: { at: number; text: string }[] = [];
  const faults: unknown[] = [];
  const pacer = new Pacer(clock, {
    emit: (text) => {
      frames.push({ at: clock.time - START, text });
      return commitMs === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(commitMs, resolve));
    },
    viewers: () => 1,
    fault: (error) => faults.push(error),
  });
  return { clock, frames, faults, pacer };
}

describe("the pacer", () => {
  it("sends the first delta at once and later ones a display frame apart", async () => {
    const { clock, frames, pacer } = paced();
    for (let i = 0; i < 100; i += 1) {
      pacer.push(`${i} `);
      await clock.advance(1, soon);
    }
    await pacer.finish();
    expect(frames[0]).toEqual({ at: 0, text: "0 " });
    const gaps = frames.slice(1, -1).map(({ at }, i) => at - (frames[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(16);
    expect(frames.map(({ text }) => text).join("")).toBe(Array.from({ length: 100 }, (_, i) => `${i} `).join(""));
  });

  it("lets a delta that comes when a frame is due take along what waits, and wakes only for what nothing follows", async () => {
    const { clock, frames, pacer } = paced();
    for (const text of ["one ", "two ", "three "]) {
      pacer.push(text);
      await clock.advance(10, soon);
    }
    expect(frames).toEqual([
      { at: 0, text: "one " },
      { at: 20, text: "two three " },
    ]);
    expect(clock.timers).toEqual([]);
    pacer.push("last");
    await clock.advance(20, soon);
    expect(frames.at(-1)?.text).toBe("last");
    expect((frames.at(-1)?.at ?? 0) - 20).toBeLessThanOrEqual(16 + 4 + 2);
  });

  it("has one frame uncommitted at a time and gathers more while commits are slow", async () => {
    const { clock, frames, pacer } = paced(30);
    for (let i = 0; i < 400; i += 1) {
      pacer.push("word ");
      await clock.advance(1, soon);
    }
    const gaps = frames.slice(2).map(({ at }, i) => at - (frames[i + 1]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30 + 16);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30 + 100);
  });

  it("never gathers longer than a tenth of a second, nor more than 8 KB", async () => {
    expect(gatherMs({ commitMs: 10_000, waiting: 1_000_000, viewers: 1_000 })).toBe(100);
    const { clock, frames, pacer } = paced();
    pacer.push("x".repeat(100_000));
    await pacer.finish();
    expect(clock.timers).toEqual([]);
    expect(Math.max(...frames.map(({ text }) => text.length))).toBe(8 * 1024);
    expect(frames.reduce((sum, { text }) => sum + text.length, 0)).toBe(100_000);
  });

  it("forgets what is not sent yet when it is stopped", async () => {
    const { clock, frames, pacer } = paced();
    pacer.push("One");
    pacer.push(" two");
    pacer.stop();
    pacer.push(" three");
    await pacer.finish();
    await clock.advance(1_000, soon);
    expect(frames.map(({ text }) => text)).toEqual(["One"]);
    expect(clock.timers).toEqual([]);
  });

  it("tells of a commit that failed, once, and sends nothing after it", async () => {
    const clock = new FakeClock();
    const faults: unknown[] = [];
    let emitted = 0;
    const pacer = new Pacer(clock, {
      emit: async () => {
        emitted += 1;
        throw new Error("SQLITE_FULL");
      },
      viewers: () => 0,
      fault: (error) => faults.push(error),
    });
    pacer.push("One");
    pacer.push(" two");
    await pacer.finish();
    await clock.advance(1_000, soon);
    expect([emitted, faults.length]).toEqual([1, 1]);
  });

  it("keeps every unit in its place, and pairs whole, however the text arrives", async () => {
    const unit = fc.constantFrom("a", "é", "漢", "😀", "\ud83d", "\ude00");
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.array(unit).map((units) => units.join("")),
            fc.nat(40),
          ),
        ),
        async (deltas) => {
          const { clock, frames, pacer } = paced();
          for (const [text, ms] of deltas) {
            pacer.push(text);
            await clock.advance(ms, soon);
          }
          await pacer.finish();
          const whole = deltas.map(([text]) => text).join("");
          expect(frames.map(({ text }) => text).join("")).toBe(whole.toWellFormed());
          expect(frames.every(({ text }) => text.isWellFormed())).toBe(true);
        },
      ),
    );
  });

  it("holds the high half of a pair back", () => {
    expect(cutFrame("ab\ud83d")).toEqual(["ab", "\ud83d"]);
    expect(cutFrame("\ud83d")).toEqual(["", "\ud83d"]);
    expect(cutFrame("ab\ud83d\ude00")).toEqual(["ab😀", ""]);
  });
});

describe("the watchdog", () => {
  const watch = () => {
    const clock = new FakeClock();
    const barks: Happening[] = [];
    const dog = new Watchdog(clock, { firstTokenMs: 90_000, stallMs: 60_000, totalMs: 900_000 }, START, (what) =>
      barks.push(what),
    );
    return { clock, barks, dog };
  };

  it("waits ninety seconds for a first token", async () => {
    const { clock, barks } = watch();
    await clock.advance(89_999);
    expect(barks).toEqual([]);
    await clock.advance(1);
    expect(barks).toEqual([{ type: "silent", waited: "first_token" }]);
  });

  it("waits on for a first token while the model is at work, but not beyond the turn's whole time", async () => {
    const { clock, barks, dog } = watch();
    for (let i = 0; i < 15; i += 1) {
      expect(barks).toEqual([]);
      dog.working();
      await clock.advance(60_000);
    }
    expect(barks).toEqual([{ type: "time_up" }]);
  });

  it.each([0, 1_000, 59_000, 89_999])("waits a minute after a token at %i ms", async (at) => {
    const { clock, barks, dog } = watch();
    await clock.advance(at);
    dog.heard();
    await clock.advance(59_999);
    expect(barks).toEqual([]);
    await clock.advance(1);
    expect(barks).toEqual([{ type: "silent", waited: "stall" }]);
  });

  it("has one timer, however many tokens pass, and ends a turn after its whole time", async () => {
    const { clock, barks, dog } = watch();
    for (let i = 0; i < 900; i += 1) {
      dog.heard();
      expect(clock.timers).toHaveLength(1);
      await clock.advance(1_000);
    }
    expect(barks).toEqual([{ type: "time_up" }]);
    expect(clock.timers).toEqual([]);
  });

  it("says nothing once it is stopped", async () => {
    const { clock, barks, dog } = watch();
    dog.stop();
    await clock.advance(1_000_000);
    expect(barks).toEqual([]);
  });
});

describe("a bucket", () => {
  it("gives its burst and then its rate, and says how long to wait", () => {
    const clock = new FakeClock();
    const bucket = new Bucket(clock, 20, 40);
    expect(Array.from({ length: 41 }, () => bucket.take())).toEqual([...Array(40).fill(0), 50]);
    clock.time += 100;
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 50]);
  });

  it("neither freezes nor overflows when the clock is set", () => {
    const clock = new FakeClock();
    const bucket = new Bucket(clock, 1, 2);
    clock.time -= 3_600_000;
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 1_000]);
    clock.time += 1_000;
    expect(bucket.take()).toBe(0);
    clock.time += 7_200_000;
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 1_000]);
  });
});
