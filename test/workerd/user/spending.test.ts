// How many turns of one user run at once, and how many tokens they use a day (security.md §6).
import { describe, expect, it } from "vitest";
import { Spending } from "../../../src/user/spending.ts";
import type { UserTables } from "../../../src/user/tables.ts";
import { inFreshObject, START, TestClock } from "./fixture.ts";

const DAY = 86_400_000;
const LATER = START + 900_000;

const withSpending = (run: (spending: Spending, clock: TestClock, tables: UserTables) => void) =>
  inFreshObject((tables) => {
    tables.create();
    const clock = new TestClock();
    run(new Spending(tables, clock), clock, tables);
  });

const code = (outcome: ReturnType<Spending["borrow"]>) => (outcome.ok ? "ok" : outcome.error.code);

describe("a user's turns share one allowance", () => {
  it("the sixth turn at the same time is refused, and allowed once another has ended", () =>
    withSpending((spending) => {
      const allowed = { turns: 5, dailyTokens: 0 };
      for (const place of ["1", "2", "3", "4", "5"]) expect(code(spending.borrow(place, LATER, allowed))).toBe("ok");
      expect(code(spending.borrow("6", LATER, allowed))).toBe("rate_limited");
      expect(code(spending.borrow("5", LATER, allowed))).toBe("ok"); // another attempt of the same turn
      spending.settle("3", 10);
      expect(code(spending.borrow("6", LATER, allowed))).toBe("ok");
    }));

  it("what was used today, and what is lent, counts; tomorrow it does not", () =>
    withSpending((spending, clock) => {
      const allowed = { turns: 0, dailyTokens: 30_000 };
      expect(code(spending.borrow("1", LATER, allowed))).toBe("ok");
      expect(code(spending.borrow("2", LATER, allowed))).toBe("ok");
      expect(code(spending.borrow("3", LATER, allowed))).toBe("quota_exceeded");
      spending.settle("1", 29_999);
      spending.settle("2", 0);
      expect(code(spending.borrow("1", LATER, allowed))).toBe("ok");
      spending.settle("1", 1);
      const refused = spending.borrow("1", LATER, allowed);
      expect(refused).toMatchObject({ ok: false, error: { code: "quota_exceeded" } });
      if (!refused.ok) clock.time += refused.error.retry_after_ms ?? 0;
      expect(code(spending.borrow("1", clock.time + 1_000, allowed))).toBe("ok");
      expect(clock.time % DAY).toBe(0);
    }));

  it("a small call is charged before it is made, unless the day's tokens are used up or lent", () =>
    withSpending((spending, clock, tables) => {
      const spent = () => tables.spentOn(new Date(clock.time).toISOString().slice(0, 10));
      const allowed = { turns: 1, dailyTokens: 20_100 };
      expect(code(spending.charge(100, allowed))).toBe("ok");
      expect(code(spending.charge(-40, allowed))).toBe("ok");
      expect(spent()).toBe(60);
      expect(code(spending.borrow("1", LATER, allowed))).toBe("ok"); // it was none of the turns at the same time
      expect(code(spending.charge(100, allowed))).toBe("ok");
      expect(code(spending.charge(100, allowed))).toBe("quota_exceeded");
      expect(code(spending.charge(-100, allowed))).toBe("ok"); // what is given back is always taken
      expect(spent()).toBe(60);
      expect(code(spending.charge(100, { turns: 1, dailyTokens: 0 }))).toBe("ok");
    }));

  it("a loan whose conversation never came back stays spent", () =>
    withSpending((spending, clock, tables) => {
      const allowed = { turns: 1, dailyTokens: 20_001 };
      expect(code(spending.borrow("1", START + 1_000, allowed))).toBe("ok");
      clock.time += 1_000;
      expect(code(spending.borrow("2", LATER, allowed))).toBe("ok"); // its place is free again
      expect(tables.spentOn(new Date(START).toISOString().slice(0, 10))).toBe(20_000);
      spending.settle("2", 1);
      expect(code(spending.borrow("2", LATER, allowed))).toBe("quota_exceeded");
    }));
});
