// Who takes part in a project changed: brings that to its clients and its chats, as often as it takes. That it is due is
// stored before the change is made, so that a kill in between loses nothing.
import type { Clock } from "../lib/clock.ts";
import type { Schedule } from "../lib/schedule.ts";
import type { ProjectTables } from "./tables.ts";

export interface SpreadingOptions {
  clock: Clock;
  schedule: Schedule;
  tables: ProjectTables;
  /** Who takes part now; null when there is no such project any more. Throws when D1 is away. */
  people(): Promise<number[] | null>;
  /** Tells the clients. */
  tell(userIds: number[]): void;
  /** Conversations of the project above `after`, ascending. Throws when D1 is away. */
  chatsAfter(after: number, limit: number): Promise<number[]>;
  /** Has a chat take over who takes part, or erase itself. Throws when it is away. */
  relate(chat: number): Promise<void>;
}

const AT_ONCE = 8;
/** When a change was begun and its end was never heard of, or its spreading failed. */
const AGAIN_MS = 5_000;

export class Spreading {
  #o: SpreadingOptions;

  constructor(options: SpreadingOptions) {
    this.#o = options;
  }

  /** After a wake. */
  resume(): void {
    if (this.#o.tables.changes() > 0) this.#o.schedule.set("spread", this.#o.clock.now());
  }

  async after(change: () => Promise<void>): Promise<void> {
    const { tables, schedule, clock } = this.#o;
    tables.addChange();
    schedule.soonest("spread", clock.now() + AGAIN_MS);
    await change();
    schedule.set("spread", clock.now());
  }

  /** By alarm. A change that is made meanwhile is spread by the next one. */
  async run(): Promise<void> {
    const { tables, schedule, clock, people, tell } = this.#o;
    const changes = tables.changes();
    if (changes === 0) return;
    schedule.soonest("spread", clock.now() + AGAIN_MS); // unless it comes to its end
    const now = await people();
    tell(now ?? []);
    await this.#relateAll();
    if (tables.changes() > changes) return;
    schedule.clear("spread");
    if (now) tables.clearChanges();
    else tables.forget();
  }

  async #relateAll(): Promise<void> {
    const { chatsAfter, relate } = this.#o;
    for (let after = 0; ; ) {
      const chats = await chatsAfter(after, AT_ONCE);
      await Promise.all(chats.map(relate));
      const last = chats.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }
}
