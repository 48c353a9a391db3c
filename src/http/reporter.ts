// Carries what this isolate counted to D1: at most every five seconds, in one batch, and also when no other request comes.
// A report is sent until it has arrived; until then the next one waits in the meter, which merges and is bounded.
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import { Meter } from "../lib/meter.ts";
import { pruneMetrics, type Report, recordReport } from "../store/metrics.ts";

const GATHER_MS = 5_000;
const ANSWER_MS = 5_000;
/** `waitUntil` lives for 30 s: what could not be sent by then goes with the next request. */
const TRIES = 2;
const LIFETIME_MS = 30_000;
const PRUNE_MS = 3_600_000;

export class Reporter {
  readonly meter: Meter;
  #clock: Clock;
  #source = `worker/${crypto.randomUUID()}`;
  #armedAt: number | null = null;
  #unsent: Report | null = null;
  #sentAt = 0;
  #prunedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.meter = new Meter(clock);
  }

  /** Something was counted. */
  touched(context: Pick<ExecutionContext, "waitUntil">, db: D1Database): void {
    const now = this.#clock.now();
    // A request that was torn down took its timer with it.
    if (this.#armedAt !== null && now - this.#armedAt < LIFETIME_MS) return;
    this.#armedAt = now;
    context.waitUntil(this.#carry(db));
  }

  async #carry(db: D1Database): Promise<void> {
    await this.#pause();
    this.#armedAt = null; // whoever counts from now on arms anew
    for (let failures = 0; failures < TRIES && (this.#unsent || !this.meter.empty); ) {
      this.#unsent ??= this.#compose();
      const report = this.#unsent;
      try {
        await within(this.#clock, ANSWER_MS, recordReport(db, report));
        if (this.#unsent === report) this.#unsent = null;
      } catch {
        failures += 1; // D1 away shows in the answers that need it; here it is waited for
        await this.#pause();
      }
    }
    await this.#prune(db).catch(() => {}); // another time
  }

  #compose(): Report {
    this.#sentAt = Math.max(this.#clock.now(), this.#sentAt + 1);
    return { source: this.#source, at: this.#sentAt, samples: this.meter.take(), connections: null };
  }

  async #prune(db: D1Database): Promise<void> {
    const now = this.#clock.now();
    if (this.#unsent || now - this.#prunedAt < PRUNE_MS) return;
    this.#prunedAt = now;
    await within(this.#clock, ANSWER_MS, pruneMetrics(db, now));
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#clock.after(GATHER_MS, resolve));
  }
}
