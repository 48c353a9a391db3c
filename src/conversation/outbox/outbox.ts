// Brings committed events to D1: in order, in batches, again and again until it worked. The event log is the outbox; its
// cursor moves only after D1 has answered. Only a new conversation and a new member wait for it, for a while.
import { backoffMs } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import { within } from "../../lib/deadline.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import { minuteOf } from "../../lib/metrics.ts";
import type { Schedule } from "../../lib/schedule.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import { Event } from "../../protocol/frames.ts";
import { type EventSample, MEASURE_STATEMENTS, type Measures } from "../../store/metrics.ts";
import { type Change, type Reached, weight } from "../../store/mirror.ts";
import type { Journal } from "../journal/journal.ts";
import { publicAttempt } from "../journal/records.ts";
import type { AttemptRecord } from "../journal/tables.ts";
import { measured, outboxPeaks } from "./measures.ts";
import { SelfReport } from "./self-report.ts";

/** Of one batch, reliability.md §5 "D1 flush"; the last one moves the conversation's row. */
const STATEMENTS = 50 - MEASURE_STATEMENTS - 1;
const EVENTS = 200;
const BATCH_SIZE = 512 * 1024;
/** What a message's text becomes at most, with its terms for searches: one statement may bring up to 2 MB. */
const GROWTH = 8;
const TIMEOUT_MS = 5_000;
/** Events of one turn's beginning go together; far below the promised lag of 2 s. */
const GATHER_MS = 800;
/** Who came and went, and what was refused, is told before the object sleeps (10 s): nothing wakes it for that. */
const REPORT_MS = 5_000;
const RETRY = { firstMs: 1_000, mostMs: 60_000 };
/** A long backlog is drained in runs: while one alarm is at work, no other thing of the object is on time. */
const RUN_MS = 2_000;
/** What an object keeps when D1 has it too. */
const KEEP = { messages: 2_000, events: 10_000, eventsMs: 7 * 24 * 3_600_000, slack: 500 };

export interface OutboxOptions {
  journal: Journal;
  clock: Clock;
  schedule: Schedule;
  log: Log;
  /** Open now. */
  connections(): number;
  /** One atomic, idempotent batch; throws when D1 is away. */
  mirror(changes: Change[], reached: Reached, measures: Measures): Promise<void>;
}

export class Outbox {
  #o: OutboxOptions;
  #flushing: Promise<boolean> | null = null;
  #failures = 0;
  #self: SelfReport;

  constructor(options: OutboxOptions) {
    this.#o = options;
    this.#self = new SelfReport(options.clock, options.journal, options.connections);
  }

  /** After a wake, once it is known who is connected. */
  resume(): void {
    if (this.#pending()) this.touched();
  }

  /** Something was committed: D1 hears of it within the gathering time. */
  touched(): void {
    this.#within(GATHER_MS);
  }

  /** Somebody came or went. */
  connected(): void {
    if (this.#pending()) this.#within(REPORT_MS);
  }

  /** A frame was answered with this error. */
  refused(code: ErrorCode): void {
    this.#self.refused(code);
    this.#within(REPORT_MS);
  }

  /** Drains now, for a while; true when D1 has everything. Never throws. */
  flush(): Promise<boolean> {
    this.#flushing ??= this.#drain().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #drain(): Promise<boolean> {
    const { journal, schedule, clock, log } = this.#o;
    const started = clock.now();
    let rows = 0;
    try {
      if (this.#pending()) rows += await this.#batch();
      while (this.#behind() && clock.now() - started < RUN_MS) rows += await this.#batch();
      if (rows > 0) log("debug", "outbox.flushed", { rows, ms: clock.now() - started });
      this.#failures = 0;
      const rest = this.#behind();
      if (!rest) this.#trim();
      schedule.clear("outbox");
      if (rest) schedule.set("outbox", clock.now());
      else if (this.#self.due) this.#within(REPORT_MS);
      return !rest;
    } catch (error) {
      this.#failures += 1;
      const backoff = backoffMs(this.#failures, RETRY);
      schedule.set("outbox", clock.now() + backoff);
      const { stack: _, ...reason } = faultFields(error);
      const behind = journal.seq - (journal.head?.flushed_seq ?? 0);
      log("warn", "outbox.failed", { ...reason, failures: this.#failures, behind, retry_ms: backoff });
      return false;
    }
  }

  #within(ms: number): void {
    const { schedule, clock } = this.#o;
    if (this.#failures === 0) schedule.soonest("outbox", clock.now() + ms);
  }

  /** Is anything stored that D1 does not have? */
  #behind(): boolean {
    const { journal } = this.#o;
    const { head } = journal;
    return (
      head !== null &&
      head.erased_at === null &&
      (head.flushed_seq < journal.seq || journal.members.unflushed().length > 0)
    );
  }

  #pending(): boolean {
    const { head } = this.#o.journal;
    return this.#behind() || (head?.erased_at === null && this.#self.due);
  }

  /** As many whole events as fit one batch, and the read marks. */
  async #batch(): Promise<number> {
    const { journal, clock } = this.#o;
    const changes: Change[] = [];
    const reached: Reached = { seq: journal.head?.flushed_seq ?? 0, activeAt: 0 };
    const counts: EventSample[] = [];
    const waiting = journal.seq - reached.seq;
    let waited = 0;
    let statements = 0;
    let size = 0;
    for (const stored of journal.eventsAfter(reached.seq, EVENTS)) {
      const event = Event.parse(JSON.parse(stored.json));
      const attempts = stored.turn_id === null ? [] : journal.ledger.attempts(stored.turn_id);
      const more = this.#changes(event, attempts, reached);
      for (const [at, change] of more.entries()) {
        statements += weight(change, more[at - 1] ?? changes.at(-1));
        size += sizeOf(change);
      }
      const full = statements > STATEMENTS || size > BATCH_SIZE;
      if (full && changes.length > 0) break;
      changes.push(...more);
      reached.seq = event.seq;
      waited = Math.max(waited, clock.now() - reached.activeAt);
      const minute = minuteOf(reached.activeAt);
      counts.push(...measured(event, attempts).map((count) => ({ ...count, minute, seq: event.seq })));
    }
    // Marks come last: whose they are must be there already.
    const room = reached.seq < journal.seq ? 0 : Math.max(0, STATEMENTS - statements);
    const reads = journal.members.unflushed().slice(0, room);
    for (const { user_id, message_id, seq } of reads)
      changes.push({ of: "read", seq, userId: user_id, messageId: message_id });
    const report = this.#self.take();
    const peaks = waiting === 0 ? [] : outboxPeaks(clock.now(), waiting, waited);
    const measures = { events: counts, peaks, report };
    await within(clock, TIMEOUT_MS, this.#o.mirror(changes, reached, measures));
    this.#self.arrived();
    const told = report?.connections ?? journal.head?.connections ?? 0;
    journal.commit(() => {
      journal.members.flushed(reads);
      journal.setFlushed(reached.seq, told);
    });
    return changes.length;
  }

  /** `attempts`: the ledger's rows of the event's turn. */
  #changes(event: Event, attempts: readonly AttemptRecord[], reached: Reached): Change[] {
    const { journal } = this.#o;
    const { seq } = event;
    const ledger = attempts.map((row): Change => ({ of: "attempt", attempt: publicAttempt(row) }));
    reached.activeAt = Date.parse(event.at);
    const say = (id: number | null): Change[] => {
      const message = id === null ? null : journal.message(id);
      return message ? [{ of: "message", seq, message }] : [];
    };
    switch (event.type) {
      case "message.created":
        return say(event.message.id);
      case "message.edited":
        return [...say(event.message.id), { of: "answer", seq, questionId: event.message.id, answerId: null }];
      case "message.deleted":
        return [
          { of: "blanking", messageId: event.message_id },
          { of: "deletion", seq, messageId: event.message_id, at: event.at },
          { of: "withdrawal", seq, answerId: event.message_id },
        ];
      case "answer.selected":
        return [{ of: "answer", seq, questionId: event.question_id, answerId: event.message_id }];
      case "turn.started":
      case "turn.finished":
      case "turn.failed":
      case "turn.cancelled":
      case "turn.interrupted": {
        const { turn } = event;
        const userId = journal.ledger.turn(turn.id)?.user_id ?? null;
        const answer = turn.ended_at === null ? [] : say(turn.answer_id);
        if (answer.length > 0 && turn.answer_id !== null)
          answer.push({ of: "answer", seq, questionId: turn.question_id, answerId: turn.answer_id });
        return [{ of: "turn", seq, turn, userId }, ...ledger, ...answer];
      }
      case "turn.reset":
        return [];
      case "member.added":
        return [{ of: "member", seq, member: event.member }];
      case "member.removed":
        return [{ of: "removal", seq, userId: event.user_id }];
      case "member.role_changed":
        return [{ of: "role", seq, userId: event.user_id, role: event.role }];
      case "member.renamed":
        return [{ of: "name", seq, userId: event.user_id, name: event.name }];
      case "conversation.configured":
        return [{ of: "conversation", seq, conversation: event.conversation }, ...ledger];
      case "conversation.erased":
        return [];
      default:
        return event satisfies never;
    }
  }

  /** The object keeps the tail; D1 holds the whole. */
  #trim(): void {
    const { journal, clock } = this.#o;
    const { head } = journal;
    if (!head) return;
    const firstMessage = journal.lastMessageId - KEEP.messages + 1;
    const messages = firstMessage >= head.kept_from + KEEP.slack;
    const lastEvent = Math.min(head.flushed_seq, journal.seq - KEEP.events);
    const events = lastEvent >= journal.oldestSeq() + KEEP.slack;
    if (!messages && !events) return;
    journal.commit(() => {
      if (messages) journal.trimMessages(firstMessage);
      if (events) journal.trimEvents(lastEvent, clock.now() - KEEP.eventsMs);
    });
  }
}

const sizeOf = (change: Change): number =>
  500 +
  (change.of === "message" ? GROWTH * (change.message.content.length + JSON.stringify(change.message.data).length) : 0);
