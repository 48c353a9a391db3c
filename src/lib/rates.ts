// How often one user may ask and one address may be refused (security.md §6). Counted in each isolate: a bound against
// loops and guessing, not an account. What must survive a restart (failed log-ins, tokens) is counted elsewhere.
import { Bucket } from "../lib/bucket.ts";
import type { Clock } from "../lib/clock.ts";

/** Keys remembered at most; beyond, everybody begins anew. */
const KEYS = 10_000;

export class Rates {
  #clock: Clock;
  #perMinute: number;
  #buckets = new Map<string | number, Bucket>();

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** 0, or the milliseconds to wait. */
  take(key: string | number): number {
    if (this.#buckets.size >= KEYS) this.#buckets.clear();
    const bucket = this.#buckets.get(key) ?? new Bucket(this.#clock, this.#perMinute / 60, this.#perMinute);
    this.#buckets.set(key, bucket);
    return bucket.take();
  }
}
