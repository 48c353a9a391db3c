// Brings committed events to D1: in order, in batches, again and again until it worked. The event log is the outbox; its
// cursor moves only after D1 has answered. Nothing waits for it.
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import { faultFields, type Log } from "../lib/log.ts";
import type { Schedule } from "../lib/schedule.ts";
import { Event } from "../protocol/frames.ts";
import type { Change, Reached } from "../store/mirror.ts";
import type { Journal } from "./journal.ts";
import { publicAttempt } from "./records.ts";
import type { StoredEvent } from "./tables.ts";

/** reliability.md §5 "D1 flush". */
const STATEMENTS = 48;
const BATCH_SIZE = 512 * 1024;
const TIMEOUT_MS = 5_000;
/** Events of one turn's beginning go together; far below the promised lag of 2 s. */
const GATHER_MS = 800;
const MAX_BACKOFF_MS = 60_000;
/** A long backlog is drained in runs: while one alarm is at work, no other thing of the object is on time. */
const RUN_MS = 2_000;
/** What an object keeps when D1 has it too. */
const KEEP = { messages: 2_000, events: 10_000, eventsMs: 7 * 24 * 3_600_000, slack: 500 };

export interface OutboxOptions {
  journal: Journal;
  clock: Clock;
  schedule: Schedule;
  log: Log;
  /** One atomic, idempotent batch; throws when D1 is away. */
  mirror(changes: Change[], reached: Reached): Promise<void>;
}

export class Outbox {
  #o: OutboxOptions;
  #flushing: Promise<boolean> | null = null;
  #failures = 0;

  constructor(options: OutboxOptions) {
    this.#o = options;
    if (this.#pending()) this.touched();
  }

  /** Something was committed: D1 hears of it within the gathering time. */
  touched(): void {
    const { schedule, clock } = this.#o;
    if (this.#failures === 0) schedule.soonest("outbox", clock.now() + GATHER_MS);
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
      while (this.#pending() && clock.now() - started < RUN_MS) rows += await this.#batch();
      if (rows > 0) log("debug", "outbox.flushed", { rows, ms: clock.now() - started });
      this.#failures = 0;
      const rest = this.#pending();
      if (rest) schedule.set("outbox", clock.now());
      else {
        schedule.clear("outbox");
        this.#trim();
      }
      return !rest;
    } catch (error) {
      this.#failures += 1;
      const backoff = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** (this.#failures - 1));
      schedule.set("outbox", clock.now() + backoff);
      const { stack: _, ...reason } = faultFields(error);
      const behind = journal.seq - (journal.head?.flushed_seq ?? 0);
      log("warn", "outbox.failed", { ...reason, failures: this.#failures, behind, retry_ms: backoff });
      return false;
    }
  }

  #pending(): boolean {
    const { journal } = this.#o;
    const { head } = journal;
    return (
      head !== null &&
      head.erased_at === null &&
      (head.flushed_seq < journal.seq || journal.unflushedReads().length > 0)
    );
  }

  /** As many whole events as fit one batch, and the read marks. */
  async #batch(): Promise<number> {
    const { journal, clock } = this.#o;
    const changes: Change[] = [];
    const reached: Reached = { seq: journal.head?.flushed_seq ?? 0, activeAt: 0 };
    let size = 0;
    for (const event of journal.eventsAfter(reached.seq, STATEMENTS)) {
      const more = this.#changes(event, reached);
      size += more.reduce(
        (sum, change) => sum + (change.of === "message" ? change.message.content.length * 2 : 500),
        0,
      );
      const full = changes.length + more.length > STATEMENTS || size > BATCH_SIZE;
      if (full && changes.length > 0) break;
      changes.push(...more);
      reached.seq = event.seq;
    }
    // Marks come last: whose they are must be there already.
    const room = reached.seq < journal.seq ? 0 : Math.max(0, STATEMENTS - changes.length);
    const reads = journal.unflushedReads().slice(0, room);
    changes.push(...reads.map((m): Change => ({ of: "read", userId: m.user_id, readId: m.read_id })));
    await within(clock, TIMEOUT_MS, this.#o.mirror(changes, reached));
    journal.commit(() => {
      journal.readsFlushed(reads);
      journal.setFlushed(reached.seq);
    });
    return changes.length;
  }

  #changes(stored: StoredEvent, reached: Reached): Change[] {
    const { journal } = this.#o;
    const event = Event.parse(JSON.parse(stored.json));
    const { seq } = event;
    reached.activeAt = Date.parse(event.at);
    const say = (id: number | null): Change[] => {
      const message = id === null ? null : journal.message(id);
      return message ? [{ of: "message", seq, message }] : [];
    };
    switch (event.type) {
      case "message.created":
      case "message.edited":
        return say(event.message.id);
      case "message.deleted":
        return [
          { of: "blanking", messageId: event.message_id },
          { of: "deletion", seq, messageId: event.message_id, at: event.at },
        ];
      case "answer.selected":
        return [{ of: "answer", seq, questionId: event.question_id, answerId: event.message_id }];
      case "turn.started":
      case "turn.finished":
      case "turn.failed":
      case "turn.cancelled":
      case "turn.interrupted": {
        const { turn } = event;
        const attempts = this.#attempts(turn.id);
        const userId = journal.ledger.turn(turn.id)?.user_id ?? null;
        const answer = turn.ended_at === null ? [] : say(turn.answer_id);
        if (answer.length > 0 && turn.answer_id !== null)
          answer.push({ of: "answer", seq, questionId: turn.question_id, answerId: turn.answer_id });
        return [{ of: "turn", seq, turn, userId }, ...attempts, ...answer];
      }
      case "turn.reset":
        return [];
      case "member.added":
        return [{ of: "member", seq, member: event.member }];
      case "member.removed":
        return [{ of: "removal", seq, userId: event.user_id }];
      case "member.role_changed":
        return [{ of: "role", seq, userId: event.user_id, role: event.role }];
      case "conversation.configured":
        return [{ of: "conversation", seq, conversation: event.conversation }, ...this.#attempts(stored.turn_id ?? 0)];
      case "conversation.erased":
        return [];
      default:
        return event satisfies never;
    }
  }

  #attempts(turnId: number): Change[] {
    const rows = this.#o.journal.ledger.attempts(turnId);
    return rows.map((row) => ({ of: "attempt", attempt: publicAttempt(row) }));
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
