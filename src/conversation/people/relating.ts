// Conversations whose people D1 decides: an interview's are related to it, a project chat's are in the project. Takes over
// who that is now; whoever no longer is loses sight of the conversation at once.
import { counts, type Way } from "../../auth/interviews.ts";
import type { Clock } from "../../lib/clock.ts";
import { within } from "../../lib/deadline.ts";
import { Serial } from "../../lib/serial.ts";
import type { Member } from "../../protocol/entities.ts";
import { FAREWELL } from "../../protocol/farewells.ts";
import type { Party } from "../../store/interviews.ts";
import type { Audience } from "../audience/audience.ts";
import type { Journal } from "../journal/journal.ts";
import type { Head, StoredEvent } from "../journal/tables.ts";
import type { Answering } from "../turns/answering.ts";
import { isRelated } from "./access.ts";
import { addMember, removeMember } from "./membership.ts";

/** Somebody who takes part, how so, and as what. */
export interface Related extends Way, Omit<Member, "read_id"> {}

export interface RelatingOptions {
  journal: Journal;
  audience: Audience;
  answering: Answering;
  clock: Clock;
  /** null: what this conversation belongs to is gone. Throws when D1 is away. */
  related(conversation: Head): Promise<Related[] | null>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
  orphaned(): void;
}

/** For D1 to say who is related. */
const PATIENCE_MS = 2_000;

/** The people of an interview: those whose relation to it counts in the role that they have. */
export const partiesIn = (parties: readonly Party[]): Related[] =>
  parties
    .filter(({ role, via }) => counts(role, via))
    .map(({ starter, ...party }) => ({ ...party, role: starter ? "owner" : "member" }));

export class Relating {
  #o: RelatingOptions;
  #serial = new Serial();

  constructor(options: RelatingOptions) {
    this.#o = options;
  }

  /** One after another, so that what was read last counts. */
  relate(): Promise<void> {
    return this.#serial.run("relate", async () => {
      const { clock, related, orphaned } = this.#o;
      const head = this.#head;
      if (!head) return;
      const people = await within(clock, PATIENCE_MS, related(head));
      if (!this.#head) return;
      if (people) this.#takeOver(people);
      else orphaned();
    });
  }

  #takeOver(related: readonly Related[]): void {
    const { journal, answering, audience, publish } = this.#o;
    const known = journal.parties.all();
    const before = new Set(known.map(({ user_id }) => user_id));
    const after = new Map(related.map((one) => [one.user_id, one]));
    const gone = [...before].filter((id) => !after.has(id) && journal.members.find(id));
    const come = [...after.values()].filter(({ user_id }) => !before.has(user_id)); // whoever has left stays away
    const changed = [...after.values()].filter(({ user_id, role }) => {
      const member = journal.members.find(user_id);
      return before.has(user_id) && member && member.role !== role;
    });
    if (sameWays(related, known) && changed.length === 0) return;
    answering.cancelAll(({ user_id }) => gone.includes(user_id));
    const { events } = journal.commit(() => {
      journal.parties.replace(related);
      for (const user_id of gone) removeMember(journal, user_id);
      for (const one of come) addMember(journal, one);
      for (const { user_id, name, role } of changed) {
        journal.members.put(user_id, name, role);
        journal.append("member.role_changed", { user_id, role });
      }
    });
    publish(events);
    for (const id of gone) for (const sink of audience.ofUser(id)) audience.dismiss(sink.id, FAREWELL.removed);
  }

  get #head(): Head | null {
    const { head } = this.#o.journal;
    return head && head.erased_at === null && isRelated(head) ? head : null;
  }
}

const sameWays = (a: readonly (Way & { user_id: number })[], b: readonly (Way & { user_id: number })[]): boolean => {
  const key = ({ user_id, via, entity_id }: Way & { user_id: number }) => `${user_id} ${via} ${entity_id}`;
  return a.map(key).sort().join() === b.map(key).sort().join();
};
