// How often one user may ask and one address may be refused (security.md §6). Counted in each isolate: a bound against
// loops and guessing, not an account. What must survive a restart (failed log-ins, tokens) is counted elsewhere.
import { Bucket } from "../lib/bucket.ts";
import type { Clock } from "../lib/clock.ts";
import type { AppContext } from "./context.ts";
import { refused } from "./respond.ts";

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

/** The address of the client as the platform saw it, never as a header of the client says. */
export const addressOf = (request: Request): string => request.headers.get("cf-connecting-ip") ?? "local";

/** A handshake that is refused; many from one address are answered with a pause. Those that succeed never count. */
export function refusedHandshake(c: AppContext, error: Parameters<typeof refused>[1]) {
  const wait = c.get("refusals").take(addressOf(c.req.raw));
  return refused(c, wait > 0 ? { code: "rate_limited", message: TOO_MANY_REFUSED, retry_after_ms: wait } : error);
}

const TOO_MANY_REFUSED = "Too many refused connections from your address.";
