// A token bucket: a steady rate and a burst. Holds no timer.
import type { Clock } from "./clock.ts";

export class Bucket {
  #clock: Clock;
  #perMs: number;
  #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  /** 0 when taken, else the milliseconds until one token is there. */
  take(): number {
    const now = this.#clock.now();
    // A clock that was set back must not freeze the bucket, nor one set forward overfill it.
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens -= 1;
    return 0;
  }
}
