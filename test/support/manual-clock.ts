// A clock that only the test moves.
import type { Clock } from "../../src/lib/clock.ts";

export class ManualClock implements Clock {
  #time: number;
  #timers: { at: number; fn: () => void }[] = [];

  constructor(start = 1_800_000_000_000) {
    this.#time = start;
  }

  now(): number {
    return this.#time;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#time + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs what falls due within `ms`, in order. */
  advance(ms: number): void {
    const until = this.#time + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#time = next.at;
      next.fn();
    }
    this.#time = until;
  }
}
