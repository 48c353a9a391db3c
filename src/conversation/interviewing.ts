// What only interviews have: who takes part is decided by relations (of which this object keeps a copy), opening as
// somebody, and the end with a summary.
import { admitted, counts, type Way } from "../auth/interviews.ts";
import type { Principal } from "../auth/principal.ts";
import { type Clock, iso } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import { faultFields, type Log } from "../lib/log.ts";
import { Serial } from "../lib/serial.ts";
import type { Model } from "../models/model.ts";
import type { Message } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { FAREWELL } from "../protocol/farewells.ts";
import type { Party } from "../store/interviews.ts";
import { allows } from "./access.ts";
import type { Answering } from "./answering.ts";
import type { Audience } from "./audience.ts";
import type { Journal } from "./journal.ts";
import type { StoredEvent } from "./tables.ts";

/** What of an interview only its conversation knows. */
export interface InterviewState {
  /** Messages of the patient. */
  question_count: number;
  /** Null while it goes on. */
  summary_id: number | null;
}

export interface InterviewingOptions {
  journal: Journal;
  audience: Audience;
  answering: Answering;
  clock: Clock;
  log: Log;
  resolveModel(name: string | null): Outcome<Model>;
  /** Throws when D1 is away. */
  parties(): Promise<Party[]>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

/** For D1 to say who is related. */
const PATIENCE_MS = 2_000;

const NO_SESSION = refuse("not_found", "Session not found");
const DENIED = refuse("forbidden", "Access denied");
const FINISHED = "The interview was ended: the summary follows.";

export class Interviewing {
  #o: InterviewingOptions;
  #serial = new Serial();

  constructor(options: InterviewingOptions) {
    this.#o = options;
  }

  /** May this person open it, as this entity? Decided by the relations as they are now; without D1, as they were. */
  async open(actor: Principal, entityId: number | null): Promise<Outcome<InterviewState>> {
    const { journal, log } = this.#o;
    if (!this.#exists) return NO_SESSION;
    await this.relate().catch((error: unknown) => log("warn", "relations.unread", faultFields(error)));
    if (!this.#exists) return NO_SESSION;
    const fits = admitted(actor.role, journal.parties.of(actor.user_id), entityId);
    if (!fits || !allows(journal, actor, "conversation.read").ok) return DENIED;
    log("info", "interview.opened", { user: actor.user_id, role: actor.role, entity: entityId });
    return ok(this.#state);
  }

  /**
   * Takes over who is related now: whoever no longer is loses sight of it at once. One after another, so that what was read
   * last counts.
   */
  relate(): Promise<void> {
    return this.#serial.run("relate", async () => {
      const { clock, parties } = this.#o;
      this.#takeOver(await within(clock, PATIENCE_MS, parties()));
    });
  }

  #takeOver(related: readonly Party[]): void {
    const { journal, answering, audience, publish } = this.#o;
    const parties = related.filter(({ role, via }) => counts(role, via));
    if (!this.#exists || sameWays(parties, journal.parties.all())) return;
    const before = new Set(journal.parties.all().map(({ user_id }) => user_id));
    const after = new Map(parties.map((party) => [party.user_id, party]));
    const gone = [...before].filter((id) => !after.has(id) && journal.member(id));
    answering.cancelAll(({ user_id }) => gone.includes(user_id));
    const { events } = journal.commit(() => {
      journal.parties.replace(parties);
      for (const user_id of gone) {
        journal.removeMember(user_id);
        journal.append("member.removed", { user_id });
      }
      for (const { user_id, name, starter } of after.values()) {
        if (before.has(user_id)) continue; // whoever has left stays away
        const role = starter ? "owner" : "member";
        journal.putMember(user_id, name, role);
        journal.append("member.added", { member: { user_id, name, role, read_id: 0 } });
      }
    });
    publish(events);
    for (const id of gone) for (const sink of audience.ofUser(id)) audience.dismiss(sink.id, FAREWELL.removed);
  }

  /** Has the summary written now; an interview that ended with one already keeps it. */
  finish(actor: Principal): Outcome<{ message_id: number; turn_id: number | null }> {
    const { journal, answering, clock } = this.#o;
    if (!this.#exists) return NO_SESSION;
    const allowed = allows(journal, actor, "conversation.send");
    if (!allowed.ok) return DENIED;
    const latest = journal.latestMessage();
    if (latest && isSummary(latest)) return ok({ message_id: latest.reply_to ?? latest.id, turn_id: latest.turn_id });
    if (journal.ledger.openTurns().length > 0)
      return refuse("busy", "An answer is being written. Finish when it is there.", { retry_after_ms: 2_000 });
    if (this.#state.question_count === 0) return refuse("conflict", "Nothing has been said yet.");
    const { value: head } = allowed;
    const model = this.#o.resolveModel(head.model);
    if (!model.ok) return model;
    const { value, events } = journal.commit(() => {
      const message: Message = {
        id: journal.nextMessageId(),
        role: "system",
        author: { user_id: actor.user_id, name: actor.name },
        content: FINISHED,
        data: {},
        files: [],
        turn_id: null,
        reply_to: null,
        client_id: null,
        created_at: iso(clock.now()),
      };
      const { seq } = journal.append("message.created", { message });
      journal.addMessage(message, seq);
      const turn = answering.enqueue(message.id, actor.user_id, model.value.name, head.temperature);
      return { message_id: message.id, turn_id: turn.id };
    });
    this.#o.publish(events);
    answering.pump();
    return ok(value);
  }

  get #exists(): boolean {
    const { head } = this.#o.journal;
    return head?.kind === "interview" && head.erased_at === null;
  }

  get #state(): InterviewState {
    const { journal } = this.#o;
    const latest = journal.latestMessage();
    return {
      question_count: journal.peoplesMessages(journal.lastMessageId),
      summary_id: latest && isSummary(latest) ? latest.id : null,
    };
  }
}

const isSummary = ({ data }: Message): boolean => data.is_summary === true;

const sameWays = (a: readonly (Way & { user_id: number })[], b: readonly (Way & { user_id: number })[]): boolean => {
  const key = ({ user_id, via, entity_id }: Way & { user_id: number }) => `${user_id} ${via} ${entity_id}`;
  return a.map(key).sort().join() === b.map(key).sort().join();
};
