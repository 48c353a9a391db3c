// The table of due times of one object. An object has one alarm and many uses for it; this is the only caller of
// setAlarm. The table lives in memory: after a wake the object sets again what its stored rows say is due.
import type { Clock } from "./clock.ts";

export interface AlarmStorage {
  setAlarm(scheduledTime: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export class Schedule {
  #due = new Map<string, number>();
  #armed: number | null = null;
  #storage: AlarmStorage;
  #clock: Clock;

  constructor(storage: AlarmStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Makes `name` due at `at` (epoch ms), in place of an earlier wish. */
  set(name: string, at: number): void {
    this.#due.set(name, at);
    this.#arm();
  }

  /** Makes `name` due at `at` unless it already is due sooner. */
  soonest(name: string, at: number): void {
    const known = this.#due.get(name);
    if (known === undefined || at < known) this.set(name, at);
  }

  clear(name: string): void {
    if (this.#due.delete(name) && this.#due.size === 0 && this.#armed !== null) {
      this.#armed = null;
      void this.#storage.deleteAlarm();
    }
  }

  /** Called by `alarm()`: what is due now, taken off the table. `rearm` must follow. */
  take(): string[] {
    this.#armed = null;
    const now = this.#clock.now();
    const due = [...this.#due].filter(([, at]) => at <= now).map(([name]) => name);
    for (const name of due) this.#due.delete(name);
    return due;
  }

  /** Sets the alarm for what is left on the table. */
  rearm(): void {
    this.#arm();
  }

  #arm(): void {
    const next = Math.min(...this.#due.values());
    if (!Number.isFinite(next) || (this.#armed !== null && this.#armed <= next)) return;
    this.#armed = next;
    void this.#storage.setAlarm(next);
  }
}
