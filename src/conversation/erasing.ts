// Deletes a conversation: nobody can read it from one moment to the next, and what is stored of it follows by alarm, as
// often as it takes.
import type { Principal } from "../auth/principal.ts";
import { type Clock, iso } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Schedule } from "../lib/schedule.ts";
import { type Outcome, ok } from "../protocol/errors.ts";
import { FAREWELL } from "../protocol/farewells.ts";
import type { Audience } from "./audience/audience.ts";
import type { Filing } from "./filing.ts";
import type { Journal } from "./journal/journal.ts";
import type { StoredEvent } from "./journal/tables.ts";
import type { Inboxes } from "./outbox/inboxes.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { allows } from "./people/access.ts";
import type { Answering } from "./turns/answering.ts";
import type { Titling } from "./turns/titling.ts";

export interface ErasingOptions {
  journal: Journal;
  clock: Clock;
  log: Log;
  schedule: Schedule;
  audience: Audience;
  answering: Pick<Answering, "cancelAll">;
  titling: Pick<Titling, "stop">;
  outbox: Pick<Outbox, "flush">;
  filing: Pick<Filing, "discardAll">;
  inboxes: Pick<Inboxes, "changed">;
  /** Committed events, to whoever listens; D1 is told by `forget`. */
  tell(events: StoredEvent[]): void;
  /** Deletes a conversation in D1. Throws when D1 is away. */
  forget(id: number): Promise<void>;
}

export class Erasing {
  #o: ErasingOptions;

  constructor(options: ErasingOptions) {
    this.#o = options;
  }

  /** As a person asks for it. */
  request(actor: Principal): Outcome<{ erased_at: string }> {
    const may = allows(this.#o.journal, actor, "conversation.delete");
    if (!may.ok) return may;
    this.begin();
    return ok({ erased_at: iso(this.#o.clock.now()) });
  }

  begin(): void {
    const { journal, audience, answering, titling, tell } = this.#o;
    answering.cancelAll(() => true);
    titling.stop();
    const { events } = journal.commit(() => {
      journal.append("conversation.erased", {});
      journal.markErased();
    });
    tell(events);
    for (const sink of [...audience.sinks()]) audience.dismiss(sink.id, FAREWELL.erased);
    this.resume();
  }

  /** What is still stored goes at the next alarm. */
  resume(): void {
    this.#o.schedule.set("erase", this.#o.clock.now());
  }

  /** D1 first: an object without a trace could not find out what is left to do. */
  async finish(): Promise<void> {
    const { journal, outbox, filing, inboxes, forget, log } = this.#o;
    await outbox.flush(); // a batch on its way would bring back what is being deleted
    const members = journal.members.all();
    await filing.discardAll();
    await forget(journal.head?.id ?? 0);
    inboxes.changed(members.map(({ user_id }) => user_id));
    await journal.destroy();
    log("info", "conversation.erased");
  }
}
