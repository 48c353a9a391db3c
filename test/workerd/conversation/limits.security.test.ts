// What one person, and one conversation, may ask for in a while (security.md §6 "Limits", reliability.md §5).
import { describe, expect, it } from "vitest";
import { isUnavailable } from "../../../src/lib/unavailable.ts";
import { ADA, finish, inRig, principal, says } from "./rig.ts";

const MEMBERS: [number, "owner" | "member"][] = [
  [1, "owner"],
  [2, "member"],
];

describe("messages", () => {
  it("of one person are limited by the minute after a burst of ten, and nothing of the refused is stored", () =>
    inRig(
      (rig) => {
        const verdicts = Array.from({ length: 11 }, () => rig.ask("Hi", ADA, { answer: false }));
        expect(verdicts.slice(0, 10).every(({ ok }) => ok)).toBe(true);
        expect(verdicts[10]).toMatchObject({ ok: false, error: { code: "rate_limited", retry_after_ms: 2_000 } });
        expect(rig.journal.lastMessageId).toBe(10);
        expect(rig.ask("Hi", principal(2), { answer: false })).toMatchObject({ ok: true });
        rig.clock.time += 2_000;
        expect(rig.ask("Hi", ADA, { answer: false })).toMatchObject({ ok: true });
      },
      { messagesPerMinute: 30 },
      MEMBERS,
    ));

  it("sent before a sleep are not forgotten by it", () =>
    inRig(
      (rig) => {
        for (let i = 0; i < 10; i += 1) rig.ask("Hi", ADA, { answer: false });
        rig.restart();
        rig.clock.time += 10_000;
        const verdicts = Array.from({ length: 10 }, () => rig.ask("Hi", ADA, { answer: false }).ok);
        expect(verdicts.filter(Boolean).length).toBeLessThanOrEqual(5);
      },
      { messagesPerMinute: 30 },
    ));

  it("count with the questions asked again", () =>
    inRig(
      (rig) => {
        rig.attempts = Array.from({ length: 10 }, () => says("A", finish()));
        for (let i = 0; i < 10; i += 1) rig.ask("Hi", ADA, { answer: false });
        expect(rig.room.asking.retry(ADA, { message_id: 1 })).toMatchObject({
          ok: false,
          error: { code: "rate_limited" },
        });
        expect(rig.journal.ledger.turn(1)).toBeNull();
      },
      { messagesPerMinute: 30 },
    ));

  it("repeated cost nothing: a lost acknowledgement may be asked for again", () =>
    inRig(
      (rig) => {
        for (let i = 0; i < 10; i += 1) rig.ask("Hi", ADA, { answer: false });
        const again = { client_id: "c1", answer: false };
        for (let i = 0; i < 5; i += 1)
          expect(rig.ask("Hi", ADA, again)).toMatchObject({ ok: true, value: { repeated: true } });
      },
      { messagesPerMinute: 30 },
    ));
});

describe("commands", () => {
  it("of a conversation in all are limited to a hundred a second after a burst", () =>
    inRig(async (rig) => {
      const ask = () => rig.room.command(ADA, { type: "history", ref: 1, limit: 1 });
      for (let i = 0; i < 200; i += 1) expect((await ask()).ok).toBe(true);
      expect(await ask()).toMatchObject({ ok: false, error: { code: "rate_limited", retry_after_ms: 10 } });
      rig.clock.time += 10;
      expect((await ask()).ok).toBe(true);
    }));
});

describe("a dependency that is away", () => {
  it("is told from a bug of ours", () => {
    for (const message of [
      "D1_ERROR: Network connection lost.",
      "D1_EXEC_ERROR: overloaded",
      "Network connection lost.",
    ])
      expect(isUnavailable(new Error(message))).toBe(true);
    expect(isUnavailable(Object.assign(new Error("moved"), { retryable: true }))).toBe(true);
    for (const fault of [
      new Error("D1_ERROR: UNIQUE constraint failed: SQLITE_CONSTRAINT"),
      new TypeError("x"),
      "D1_ERROR",
    ])
      expect(isUnavailable(fault)).toBe(false);
  });
});
