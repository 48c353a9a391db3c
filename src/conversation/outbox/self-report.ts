// What only the memory of a conversation knows: how many are connected, and what was refused on its sockets. The outbox
// carries it to D1 with whatever it brings there; nothing here wakes an object in which nothing happens.
import type { Clock } from "../../lib/clock.ts";
import { Meter } from "../../lib/meter.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import { type Report, sourceOf } from "../../store/metrics.ts";
import type { Journal } from "../journal/journal.ts";

export class SelfReport {
  #clock: Clock;
  #journal: Journal;
  #connections: () => number;
  #refusals: Meter;
  /** On its way: the same until it has arrived, since D1 may have it already. */
  #unsent: Report | null = null;
  #at = 0;

  constructor(clock: Clock, journal: Journal, connections: () => number) {
    this.#clock = clock;
    this.#journal = journal;
    this.#connections = connections;
    this.#refusals = new Meter(clock);
  }

  refused(code: ErrorCode): void {
    this.#refusals.countBy("edgewise_refusals_total", code);
  }

  /** Is there anything that D1 was not told? */
  get due(): boolean {
    const told = this.#journal.head?.connections ?? 0;
    return this.#unsent !== null || !this.#refusals.empty || this.#connections() !== told;
  }

  /** What to tell; null when nothing has changed. */
  take(): Report | null {
    const { head } = this.#journal;
    if (!head || !this.due) return null;
    this.#unsent ??= this.#compose(head.id);
    return this.#unsent;
  }

  arrived(): void {
    this.#unsent = null;
  }

  #compose(id: number): Report {
    this.#at = Math.max(this.#clock.now(), this.#at + 1);
    const samples = this.#refusals.take();
    return { source: sourceOf(id), at: this.#at, samples, connections: this.#connections() };
  }
}
