// Tells members' inboxes that D1 shows this conversation otherwise now: best effort, a few at once, in rounds with a pause
// between. Nothing waits for it, and what is lost is made up for when a list is read again.
import type { Clock } from "../../lib/clock.ts";
import { within } from "../../lib/deadline.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import type { Change } from "../../store/mirror.ts";

/** Between the beginnings of two rounds. */
const PAUSE_MS = 2_000;
const AT_ONCE = 4;
/** A user's object that does not answer is given up. */
const ANSWER_MS = 5_000;

export class Inboxes {
  #clock: Clock;
  #log: Log;
  #tell: (userId: number) => Promise<void>;
  #due = new Set<number>();
  #nextAt = 0;
  #telling: Promise<void> | null = null;

  constructor(clock: Clock, log: Log, tell: (userId: number) => Promise<void>) {
    this.#clock = clock;
    this.#log = log;
    this.#tell = tell;
  }

  /** The lists of these users show something else now. */
  changed(userIds: Iterable<number>): void {
    for (const userId of userIds) this.#due.add(userId);
    if (this.#due.size === 0) return;
    this.#telling ??= this.#rounds().finally(() => {
      this.#telling = null;
    });
  }

  async #rounds(): Promise<void> {
    while (this.#due.size > 0) {
      const pause = this.#nextAt - this.#clock.now();
      if (pause > 0) await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
      this.#nextAt = this.#clock.now() + PAUSE_MS;
      const round = [...this.#due].values();
      this.#due.clear();
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#lane(round)));
    }
  }

  async #lane(round: Iterator<number>): Promise<void> {
    for (let next = round.next(); !next.done; next = round.next())
      await within(this.#clock, ANSWER_MS, this.#tell(next.value)).catch((error: unknown) =>
        this.#log("debug", "inbox.failed", { user: next.value, ...faultFields(error) }),
      );
  }
}

/** Does a change of this kind show in every member's list? */
const SHOWN: Record<Change["of"], boolean> = {
  message: true,
  blanking: true,
  deletion: true,
  answer: true,
  withdrawal: true,
  member: true,
  removal: true,
  role: true,
  name: false,
  conversation: true,
  turn: false,
  attempt: false,
  read: false,
};

/** Whose lists a batch has changed; a read mark only its own user's, a removal also that of who is gone. */
export function concerned(changes: readonly Change[], members: readonly { user_id: number }[]): Set<number> {
  const all = changes.some(({ of }) => SHOWN[of]) ? members.map(({ user_id }) => user_id) : [];
  const single = changes.flatMap((change) => (change.of === "read" || change.of === "removal" ? [change.userId] : []));
  return new Set([...all, ...single]);
}
