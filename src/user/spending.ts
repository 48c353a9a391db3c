// What a user's turns may still use: loans of those running, and the day's sum.
import type { Allowed } from "../auth/allowance.ts";
import { type Clock, iso } from "../lib/clock.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Loan, UserTables } from "./tables.ts";

/** Reserved for one call (security.md §6). */
const LOAN_TOKENS = 20_000;
const DAY_MS = 86_400_000;

export class Spending {
  #tables: UserTables;
  #clock: Clock;

  constructor(tables: UserTables, clock: Clock) {
    this.#tables = tables;
    this.#clock = clock;
  }

  borrow(place: string, until: number, allowed: Allowed): Outcome<null> {
    const now = this.#clock.now();
    return this.#tables.transaction(() => {
      this.#forfeit(now);
      const others = this.#tables.loans().filter((loan) => loan.place !== place);
      if (allowed.turns > 0 && others.length >= allowed.turns)
        return refuse("rate_limited", `${allowed.turns} of your questions are being answered already.`, {
          retry_after_ms: 5_000,
        });
      const left = this.#left(others, allowed);
      if (left.ok) this.#tables.lend(place, LOAN_TOKENS, until);
      return left;
    });
  }

  charge(tokens: number, allowed: Allowed): Outcome<null> {
    return this.#tables.transaction(() => {
      this.#forfeit(this.#clock.now());
      const left = tokens > 0 ? this.#left(this.#tables.loans(), allowed) : ok(null);
      if (left.ok) this.#tables.addSpent(day(this.#clock.now()), tokens);
      return left;
    });
  }

  settle(place: string, tokens: number): void {
    this.#tables.transaction(() => {
      this.#tables.endLoan(place);
      this.#tables.addSpent(day(this.#clock.now()), tokens);
    });
  }

  /** What is lent counts as used. */
  #left(loans: Loan[], { dailyTokens }: Allowed): Outcome<null> {
    const now = this.#clock.now();
    const used = loans.reduce((sum, loan) => sum + loan.tokens, this.#tables.spentOn(day(now)));
    if (dailyTokens === 0 || used < dailyTokens) return ok(null);
    return refuse("quota_exceeded", "Your tokens for today are used up.", { retry_after_ms: DAY_MS - (now % DAY_MS) });
  }

  /** Loans never settled count as used. */
  #forfeit(now: number): void {
    for (const { place, tokens, until } of this.#tables.loans()) {
      if (until > now) continue;
      this.#tables.endLoan(place);
      this.#tables.addSpent(day(now), tokens);
    }
  }
}

const day = (now: number): string => iso(now).slice(0, 10);
