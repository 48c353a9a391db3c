// What an answer writes: the platform charges for each row of the object's storage.
import { describe, expect, it } from "vitest";
import { finish, inRig, text } from "./rig.ts";

/** Longer than the pacer gathers: each word is a frame of its own. */
const FRAME_MS = 50;

const words = (count: number, length: number) => Array.from({ length: count }, (_, i) => `${i} `.padStart(length, "-"));

describe("what an answer writes", () => {
  it.each([
    ["short frames", 100, 20],
    ["frames of which two do not fit a row", 20, 1_000],
  ])("is one row a frame and a fixed number besides, of %s", (_, count, length) =>
    inRig(async (rig) => {
      const rowsOf = async (parts: string[]) => {
        rig.journal.takeRowsWritten();
        rig.attempts.push(async function* () {
          for (const part of parts) {
            yield text(part);
            await new Promise<void>((next) => rig.clock.after(FRAME_MS, next));
          }
          yield finish();
        });
        const watcher = rig.watch();
        rig.ask();
        for (let frame = 0; frame < parts.length; frame += 1) await rig.pass(FRAME_MS);
        await rig.settle();
        const frames = watcher.types.filter((type) => type === "text").length;
        expect(watcher.types.at(-1)).toBe("turn.finished");
        expect(rig.journal.message(rig.journal.lastMessageId)?.content).toBe(parts.join(""));
        const said = rig.logged.findLast(({ event }) => event === "turn.ended");
        return { frames, rows: Number(said?.rows) };
      };
      const one = await rowsOf(words(1, length));
      const many = await rowsOf(words(count, length));
      expect([one.frames, many.frames]).toEqual([1, count]);
      // A row is deleted again when the answer is one message: short frames share theirs.
      const deleted = length > 800 ? count : Math.ceil((count * length) / 1_580);
      expect(many.rows - one.rows).toBe(count - 1 + deleted - 1);
      expect(one.rows).toBeLessThan(30);
    }),
  );

  it("is the same text however it was cut into rows, before and after a restart", () =>
    inRig(async (rig) => {
      const parts = [...words(60, 30), ...words(3, 900), ...words(60, 30)];
      rig.journal.commit(() => {
        let from = 0;
        for (const part of parts) {
          rig.journal.ledger.addText(1, from, part);
          from += part.length;
        }
      });
      expect(rig.journal.ledger.text(1)).toBe(parts.join(""));
      rig.restart();
      rig.journal.ledger.addText(1, parts.join("").length, "after a restart");
      expect(rig.journal.ledger.text(1)).toBe(`${parts.join("")}after a restart`);
    }));
});
