// The outbox of a user's object: brings its sessions into D1, in batches, for as long as it takes.
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import type { MirroredSession } from "../store/login-sessions.ts";
import type { UserTables } from "./tables.ts";

const BATCH = 50;
/** A database that is slower is away. */
const ANSWER_MS = 5_000;
const RETRY = { firstMs: 1_000, mostMs: 300_000 };

export class Mirror {
  #tables: UserTables;
  #clock: Clock;
  #write: (sessions: MirroredSession[]) => Promise<void>;
  #failures = 0;
  #notBefore = 0;

  constructor(tables: UserTables, clock: Clock, write: (sessions: MirroredSession[]) => Promise<void>) {
    this.#tables = tables;
    this.#clock = clock;
    this.#write = write;
  }

  /** Throws what D1 threw, after it has put the next try off. */
  async flush(): Promise<void> {
    const user_id = this.#tables.profile()?.user_id;
    if (user_id === undefined) return;
    for (let due = this.#tables.unmirrored(BATCH); due.length > 0; due = this.#tables.unmirrored(BATCH)) {
      try {
        const rows = due.map(({ refresh_hash: _h, refresh_key: _k, ...session }) => ({ ...session, user_id }));
        await within(this.#clock, ANSWER_MS, this.#write(rows));
      } catch (error) {
        this.#failures++;
        this.#notBefore = this.#clock.now() + backoffMs(this.#failures, RETRY);
        throw error;
      }
      this.#failures = 0;
      this.#tables.markMirrored(due, this.#clock.now());
    }
  }

  nextDue(): number | null {
    return this.#tables.unmirrored(1).length > 0 ? Math.max(this.#notBefore, this.#clock.now()) : null;
  }
}
