// What only interviews have: opening as somebody, and the end with a summary.
import { admitted, keepsSummary } from "../../auth/interviews.ts";
import type { Principal } from "../../auth/principal.ts";
import { type Clock, iso } from "../../lib/clock.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import type { Model } from "../../models/model.ts";
import type { Message } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import type { Summary, SummaryPatch } from "../../protocol/interviews.ts";
import type { Journal } from "../journal/journal.ts";
import type { StoredEvent } from "../journal/tables.ts";
import { allows } from "../people/access.ts";
import type { Answering } from "./answering.ts";

/** What of an interview only its conversation knows. */
export interface InterviewState {
  /** Messages of the patient, and of those who speak for him. */
  question_count: number;
  /** Null while it goes on. */
  summary_id: number | null;
}

export interface InterviewingOptions {
  journal: Journal;
  answering: Answering;
  clock: Clock;
  log: Log;
  resolveModel(name: string | null): Outcome<Model>;
  /** Takes over who is related now. Throws when D1 is away. */
  relate(): Promise<void>;
  /** Committed events, to be sent on. */
  publish(events: StoredEvent[]): void;
}

const NO_SESSION = refuse("not_found", "Session not found");
const DENIED = refuse("forbidden", "Access denied");
const NO_SUMMARY = refuse("not_found", "There is no summary yet.");
const NOT_THE_DOCTOR = refuse("forbidden", "Only the interview's doctor changes and signs its summary.");
const ANOTHER = refuse("conflict", "Another summary has come since: read it first.", { field: "message_id" });
const SIGNED = refuse("conflict", "The summary is signed: it does not change any more.");
const FINISHED = "The interview was ended: the summary follows.";

export class Interviewing {
  #o: InterviewingOptions;

  constructor(options: InterviewingOptions) {
    this.#o = options;
  }

  /** May this person open it, as this entity? Decided by the relations as they are now; without D1, as they were. */
  async open(actor: Principal, entityId: number | null): Promise<Outcome<InterviewState>> {
    const { journal, log, relate } = this.#o;
    if (!this.#exists) return NO_SESSION;
    await relate().catch((error: unknown) => log("warn", "relations.unread", faultFields(error)));
    if (!this.#exists) return NO_SESSION;
    const fits = admitted(actor.role, journal.parties.of(actor.user_id), entityId);
    if (!fits || !allows(journal, actor, "conversation.read").ok) return DENIED;
    log("info", "interview.opened", { user: actor.user_id, role: actor.role, entity: entityId });
    return ok(this.#state);
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
    if (this.#state.question_count === 0) return refuse("conflict", "The patient has said nothing yet.");
    const { value: head } = allowed;
    const model = this.#o.resolveModel(head.model);
    if (!model.ok) return model;
    const { value, events } = journal.commit(() => {
      const message: Message = {
        id: journal.nextMessageId(),
        role: "system",
        author: { user_id: actor.user_id, name: journal.members.nameOf(actor) },
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

  /** The latest one, as it is now. */
  async summary(actor: Principal, entityId: number | null): Promise<Outcome<Summary>> {
    const opened = await this.open(actor, entityId);
    return opened.ok ? this.#latest() : opened;
  }

  async changeSummary(
    actor: Principal,
    entityId: number | null,
    { content, message_id }: SummaryPatch,
  ): Promise<Outcome<Summary>> {
    const { clock, journal } = this.#o;
    const summary = await this.#inHand(actor, entityId, message_id);
    if (!summary.ok) return summary;
    if (summary.value.signed_by) return SIGNED;
    journal.summaries.edit(summary.value.message_id, content, personOf(actor), clock.now());
    return this.#latest();
  }

  /** Again it changes nothing. */
  async signSummary(
    actor: Principal,
    entityId: number | null,
    messageId: number | undefined,
  ): Promise<Outcome<Summary>> {
    const { clock, journal } = this.#o;
    const summary = await this.#inHand(actor, entityId, messageId);
    if (!summary.ok || summary.value.signed_by) return summary;
    journal.summaries.sign(summary.value.message_id, personOf(actor), clock.now());
    return this.#latest();
  }

  /** The latest summary, and that this person may change it. */
  async #inHand(actor: Principal, entityId: number | null, messageId?: number): Promise<Outcome<Summary>> {
    const opened = await this.open(actor, entityId);
    if (!opened.ok) return opened;
    if (!keepsSummary(actor.role, this.#o.journal.parties.of(actor.user_id), entityId)) return NOT_THE_DOCTOR;
    const summary = this.#latest();
    return summary.ok && messageId !== undefined && messageId !== summary.value.message_id ? ANOTHER : summary;
  }

  #latest(): Outcome<Summary> {
    const summary = this.#o.journal.summaries.latest();
    return summary ? ok(summary) : NO_SUMMARY;
  }

  get #exists(): boolean {
    const { head } = this.#o.journal;
    return head?.kind === "interview" && head.erased_at === null;
  }

  get #state(): InterviewState {
    const { journal } = this.#o;
    const latest = journal.latestMessage();
    return {
      question_count: journal.patientsMessages(journal.lastMessageId).length,
      summary_id: latest && isSummary(latest) ? latest.id : null,
    };
  }
}

const isSummary = ({ data }: Message): boolean => data.is_summary === true;

const personOf = ({ user_id, name }: Principal) => ({ user_id, name });
