// The seam between conversations, which spend, and the user's object, which keeps one count for all of them.
import type { Outcome } from "../protocol/errors.ts";

/** 0 = no limit. */
export interface Allowed {
  /** Turns of one user that may run at the same time. */
  turns: number;
  /** Tokens a day (UTC) for one user. */
  dailyTokens: number;
}

export interface Allowance {
  /** Before a model is called for a turn at `place`: reserves a share of the day's tokens until `settle` or `until` (ms). */
  borrow(place: string, until: number, allowed: Allowed): Promise<Outcome<null>>;
  /** What the call has used. A loan that is never settled stays spent: a crash resets no limit. */
  settle(place: string, tokens: number): Promise<void>;
  /** Takes tokens off the day for a small call beside the turns, or (less than none) gives some back. */
  charge(tokens: number, allowed: Allowed): Promise<Outcome<null>>;
}
