// Counts in memory until somebody carries the counts away. Bounded: the series are few, and so are the minutes kept.
import type { Clock } from "./clock.ts";
import {
  bucketOf,
  type Counter,
  type Histogram,
  type LabelledCounter,
  labelled,
  minuteOf,
  sumSeries,
} from "./metrics.ts";

/** What a series grows by. */
export interface Increment {
  name: string;
  value: number;
}

/** What a series grew by in a minute (since the epoch). */
export interface Sample extends Increment {
  minute: number;
}

/** While nothing can be carried away, what is older is counted with the oldest minute kept. */
const MINUTES = 60;

export class Meter {
  #clock: Clock;
  #minutes = new Map<number, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get empty(): boolean {
    return this.#minutes.size === 0;
  }

  count(name: Counter): void {
    this.#add(name, 1);
  }

  /** `label`: a word of ours (a status, an error code), never of a client. */
  countBy(name: LabelledCounter, label: string): void {
    this.#add(labelled(name, label), 1);
  }

  observe(name: Histogram, ms: number): void {
    for (const { name: series, value } of observation(name, ms)) this.#add(series, value);
  }

  /** All samples since the last call. */
  take(): Sample[] {
    const samples = [...this.#minutes].flatMap(([minute, series]) =>
      [...series].map(([name, value]) => ({ minute, name, value })),
    );
    this.#minutes.clear();
    return samples;
  }

  #add(name: string, value: number): void {
    const minute = minuteOf(this.#clock.now());
    const series = this.#minutes.get(minute) ?? new Map<string, number>();
    series.set(name, (series.get(name) ?? 0) + value);
    this.#minutes.set(minute, series);
    if (this.#minutes.size > MINUTES) this.#fold();
  }

  #fold(): void {
    const [[oldest, counts] = [], [, next] = []] = this.#minutes;
    if (oldest === undefined || !counts || !next) return;
    for (const [name, value] of counts) next.set(name, (next.get(name) ?? 0) + value);
    this.#minutes.delete(oldest);
  }
}

/** What one observation adds to the series of its histogram. */
export const observation = (name: Histogram, ms: number): Increment[] => {
  const seconds = Math.max(0, ms) / 1000;
  return [
    { name: bucketOf(name, seconds), value: 1 },
    { name: sumSeries(name), value: seconds },
  ];
};
