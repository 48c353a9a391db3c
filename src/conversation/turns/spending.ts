// What a conversation may spend of its users' allowances: asks their objects, which keep one count for all conversations.
import type { Allowance, Allowed } from "../../auth/allowance.ts";
import type { Clock } from "../../lib/clock.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import type { Outcome } from "../../protocol/errors.ts";

export interface SpendingOptions {
  clock: Clock;
  log: Log;
  /** This conversation's name among its users' loans. */
  place: string;
  /** A loan is void after this. */
  loanMs: number;
  allowed: Allowed;
  allowanceOf(userId: number): Allowance;
}

export class Spending {
  #o: SpendingOptions;

  constructor(options: SpendingOptions) {
    this.#o = options;
  }

  /** Before an attempt of a turn. */
  borrow(userId: number): Promise<Outcome<null>> {
    const { allowanceOf, place, clock, loanMs, allowed } = this.#o;
    return allowanceOf(userId).borrow(place, clock.now() + loanMs, allowed);
  }

  /** After it. Nothing waits for this. */
  settle(userId: number, tokens: number): void {
    const { allowanceOf, place, log } = this.#o;
    allowanceOf(userId)
      .settle(place, tokens)
      .catch((error: unknown) => log("warn", "settle.failed", faultFields(error)));
  }

  /** For a call beside the turns. */
  charge(userId: number, tokens: number): Promise<Outcome<null>> {
    return this.#o.allowanceOf(userId).charge(tokens, this.#o.allowed);
  }
}
