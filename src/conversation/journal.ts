// Owns the tables of the conversation object: one append-only log of events, and the rows they led to.
// All SQL of this object is here; no decision is.
import * as z from "zod";
import { type Clock, iso } from "../lib/clock.ts";
import type { Conversation, Member, MemberRole, Message } from "../protocol/entities.ts";
import type { Event } from "../protocol/frames.ts";
import { MessageRow, messageOf } from "../store/message-row.ts";
import {
  type AttemptRecord,
  AttemptRow,
  CountRow,
  EventRow,
  type Head,
  HeadRow,
  MemberRow,
  MIGRATIONS,
  type NewConversation,
  type Receipt,
  ReceiptRow,
  type StoredEvent,
  type TurnRecord,
  TurnRow,
} from "./tables.ts";

type Value = string | number | null;
type EventFields = { [T in Event["type"]]: Omit<Extract<Event, { type: T }>, "type" | "seq" | "at"> };

const Counters = z.object({ seq: z.int(), message: z.int(), answer: z.int(), turn: z.int() });
const encode = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

export class Journal {
  #storage: DurableObjectStorage;
  #clock: Clock;
  #head: Head | null = null;
  /** There are tables: before that, every query finds nothing. */
  #exists = false;
  #seq = 0;
  #messageId = 0;
  #turnId = 0;
  #uncommitted: StoredEvent[] = [];

  /** Reads only (but for migrations): an object that was never created stays without a trace. */
  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#load();
  }

  /** null before `create` and after `destroy`. */
  get head(): Head | null {
    return this.#head;
  }
  get seq(): number {
    return this.#seq;
  }
  get lastMessageId(): number {
    return this.#messageId;
  }

  /** One commit: either all of it is stored and its events are returned in order, or nothing is. */
  commit<T>(work: () => T): { value: T; events: StoredEvent[] } {
    this.#uncommitted = [];
    try {
      return { value: this.#storage.transactionSync(work), events: this.#uncommitted };
    } catch (fault) {
      this.#load();
      throw fault;
    }
  }

  /** Resolves when everything written so far is durable. */
  durable(): Promise<void> {
    return this.#storage.sync();
  }

  /** Writes an event under the next `seq`; call inside `commit`. */
  append<T extends Event["type"]>(type: T, fields: EventFields[T], turnId: number | null = null): StoredEvent {
    const at = this.#clock.now();
    const seq = ++this.#seq;
    const json = JSON.stringify({ type, seq, at: iso(at), ...fields });
    this.#run("INSERT INTO event (seq, at, type, turn_id, json) VALUES (?, ?, ?, ?, ?)", seq, at, type, turnId, json);
    const event = { seq, type, turn_id: turnId, json };
    this.#uncommitted.push(event);
    return event;
  }

  // Conversation and members

  create(c: NewConversation, epoch: string): void {
    for (const migration of MIGRATIONS) this.#storage.sql.exec(migration);
    this.#exists = true;
    this.#run(
      `INSERT INTO conversation (one, id, kind, title, model, instructions, assistant_mode, temperature, created_at,
         epoch, version) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[c.id, c.kind, c.title, c.model, c.instructions, c.assistant_mode, c.temperature, c.created_at],
      ...[epoch, MIGRATIONS.length],
    );
    this.#load();
  }

  configure(change: Pick<Conversation, "title" | "model" | "instructions" | "assistant_mode" | "temperature">): void {
    this.#run(
      "UPDATE conversation SET title = ?, model = ?, instructions = ?, assistant_mode = ?, temperature = ?",
      ...[change.title, change.model, change.instructions, change.assistant_mode, change.temperature],
    );
    if (this.#head) this.#head = { ...this.#head, ...change };
  }

  markErased(): void {
    const now = this.#clock.now();
    this.#run("UPDATE conversation SET erased_at = ?", now);
    if (this.#head) this.#head = { ...this.#head, erased_at: now };
  }

  /** Everything goes, the tables too. */
  async destroy(): Promise<void> {
    await this.#storage.deleteAll();
    this.#load();
  }

  members(): Member[] {
    return this.#all(MemberRow, "SELECT user_id, name, role, read_id FROM member ORDER BY user_id");
  }
  member(userId: number): Member | null {
    return this.#one(MemberRow, "SELECT user_id, name, role, read_id FROM member WHERE user_id = ?", userId);
  }
  putMember(userId: number, name: string, role: MemberRole): void {
    this.#run(
      `INSERT INTO member (user_id, name, role) VALUES (?, ?, ?)
       ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, role = excluded.role`,
      ...[userId, name, role],
    );
  }
  removeMember(userId: number): void {
    this.#run("DELETE FROM member WHERE user_id = ?", userId);
  }
  /** Raises a read mark; false when it already was there. */
  markRead(userId: number, messageId: number): boolean {
    return this.#run("UPDATE member SET read_id = ?1 WHERE user_id = ?2 AND read_id < ?1", messageId, userId) > 0;
  }
  unflushedReads(): Member[] {
    return this.#all(MemberRow, "SELECT user_id, name, role, read_id FROM member WHERE read_id > read_flushed");
  }
  readsFlushed(reads: Member[]): void {
    for (const m of reads) this.#run("UPDATE member SET read_flushed = ? WHERE user_id = ?", m.read_id, m.user_id);
  }

  // Messages

  nextMessageId(): number {
    return ++this.#messageId;
  }
  addMessage(message: Message): void {
    const m = message;
    this.#run(
      `INSERT INTO message (id, role, user_id, name, content, data, turn_id, reply_to, client_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[m.id, m.role, m.author?.user_id ?? null, m.author?.name ?? null, m.content, JSON.stringify(m.data)],
      ...[m.turn_id, m.reply_to, m.client_id, Date.parse(m.created_at)],
    );
  }
  message(id: number): Message | null {
    return this.#messages("SELECT * FROM message WHERE id = ?", id)[0] ?? null;
  }
  /** At most `limit` messages below `before`, newest first. */
  messagesBefore(before: number, limit: number): Message[] {
    return this.#messages("SELECT * FROM message WHERE id < ? ORDER BY id DESC LIMIT ?", before, limit);
  }
  /** Others' messages after `messageId`, counted up to `most`. */
  unread(userId: number, messageId: number, most: number): number {
    const sql = `SELECT count(*) AS n, NULL AS size FROM (SELECT 1 FROM message
       WHERE id > ? AND user_id IS NOT ? AND deleted_at IS NULL LIMIT ?)`;
    return this.#one(CountRow, sql, messageId, userId, most)?.n ?? 0;
  }
  /** Messages of a user since `at` (epoch ms), among the latest hundred. */
  sentSince(userId: number, at: number): number {
    const sql = `SELECT count(*) AS n, NULL AS size FROM (SELECT user_id, created_at FROM message ORDER BY id DESC LIMIT 100)
       WHERE user_id = ? AND created_at > ?`;
    return this.#one(CountRow, sql, userId, at)?.n ?? 0;
  }
  /** At most `limit` messages above `after`, oldest first. */
  messagesAfter(after: number, limit: number): Message[] {
    return this.#messages("SELECT * FROM message WHERE id > ? ORDER BY id LIMIT ?", after, limit);
  }
  receipt(userId: number, clientId: string): Receipt | null {
    return this.#one(
      ReceiptRow,
      "SELECT digest, message_id, turn_id, seq FROM receipt WHERE user_id = ? AND client_id = ?",
      ...[userId, clientId],
    );
  }
  addReceipt(userId: number, clientId: string, r: Receipt): void {
    this.#run(
      "INSERT INTO receipt (user_id, client_id, digest, message_id, turn_id, seq) VALUES (?, ?, ?, ?, ?, ?)",
      ...[userId, clientId, r.digest, r.message_id, r.turn_id, r.seq],
    );
  }

  // Turns, their text and their ledger

  nextTurnId(): number {
    return ++this.#turnId;
  }
  putTurn(t: TurnRecord): void {
    this.#run(
      `INSERT OR REPLACE INTO turn (id, question_id, answer_id, user_id, state, model, attempt, temperature,
         finish_reason, usage, error, created_at, started_at, ended_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[t.id, t.question_id, t.answer_id, t.user_id, t.state, t.model, t.attempt, t.temperature, t.finish_reason],
      ...[encode(t.usage), encode(t.error), t.created_at, t.started_at, t.ended_at],
    );
  }
  turn(id: number): TurnRecord | null {
    return this.#one(TurnRow, "SELECT * FROM turn WHERE id = ?", id);
  }
  /** Open turns in the order in which they will run; the running one, if any, is first. */
  openTurns(): TurnRecord[] {
    return this.#all(TurnRow, "SELECT * FROM turn WHERE ended_at IS NULL ORDER BY id");
  }
  /** The question that each of the turns from `first` on answers. */
  questions(first: number): Map<number, number> {
    const row = z.object({ id: z.int(), question_id: z.int() });
    const rows = this.#all(row, "SELECT id, question_id FROM turn WHERE id >= ?", first);
    return new Map(rows.map((r) => [r.id, r.question_id]));
  }
  turnsBefore(before: number, limit: number): TurnRecord[] {
    return this.#all(TurnRow, "SELECT * FROM turn WHERE id < ? ORDER BY id DESC LIMIT ?", before, limit);
  }
  putAttempt(a: AttemptRecord): void {
    this.#run(
      `INSERT OR REPLACE INTO attempt (turn_id, attempt, reason, model, start, outcome, error, usage, started_at,
         first_token_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[a.turn_id, a.attempt, a.reason, a.model, a.start, a.outcome, a.error, encode(a.usage), a.started_at],
      ...[a.first_token_at, a.ended_at],
    );
  }
  attempts(turnId: number): AttemptRecord[] {
    return this.#all(AttemptRow, "SELECT * FROM attempt WHERE turn_id = ? ORDER BY attempt", turnId);
  }
  addText(turnId: number, from: number, text: string): void {
    this.#run("INSERT INTO chunk (turn_id, start, text) VALUES (?, ?, ?)", turnId, from, text);
  }
  text(turnId: number): string {
    const rows = this.#all(
      z.object({ text: z.string() }),
      "SELECT text FROM chunk WHERE turn_id = ? ORDER BY start",
      turnId,
    );
    return rows.map((row) => row.text).join("");
  }
  clearText(turnId: number): void {
    this.#run("DELETE FROM chunk WHERE turn_id = ?", turnId);
  }

  // The log of events

  eventsAfter(seq: number, limit: number): StoredEvent[] {
    return this.#all(
      EventRow,
      "SELECT seq, type, turn_id, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
      seq,
      limit,
    );
  }
  /** Number and size (UTF-16 units) of the events after `seq`, without reading them. */
  backlog(seq: number): { events: number; size: number } {
    const row = this.#one(CountRow, "SELECT count(*) AS n, sum(length(json)) AS size FROM event WHERE seq > ?", seq);
    return { events: row?.n ?? 0, size: row?.size ?? 0 };
  }
  oldestSeq(): number {
    return this.#one(CountRow, "SELECT coalesce(min(seq), 0) AS n, NULL AS size FROM event")?.n ?? 0;
  }
  /** The turn whose text was being sent at `seq`. */
  turnAt(seq: number): number | null {
    const sql =
      "SELECT seq, type, turn_id, json FROM event WHERE type = 'turn.started' AND seq <= ? ORDER BY seq DESC LIMIT 1";
    return this.#one(EventRow, sql, seq)?.turn_id ?? null;
  }
  setFlushed(seq: number): void {
    this.#run("UPDATE conversation SET flushed_seq = ?", seq);
    if (this.#head) this.#head = { ...this.#head, flushed_seq: seq };
  }
  /** Drops messages below `id`, which D1 has; `kept_from` says from which message on this object is complete. */
  trimMessages(id: number): void {
    this.#run("DELETE FROM message WHERE id < ?", id);
    this.#run("UPDATE conversation SET kept_from = ?", id);
    if (this.#head) this.#head = { ...this.#head, kept_from: id };
  }
  /** Drops events up to `seq` that happened before `at` (epoch ms): nobody resumes from there. */
  trimEvents(seq: number, at: number): void {
    this.#run("DELETE FROM event WHERE seq <= ? AND at < ?", seq, at);
  }

  /** Keeps a ticket's id until it expires (epoch seconds); false when it was used before. */
  spendTicket(jti: string, exp: number): boolean {
    this.#run("DELETE FROM ticket WHERE exp < ?", Math.floor(this.#clock.now() / 1000) - 60);
    return this.#run("INSERT INTO ticket (jti, exp) VALUES (?, ?) ON CONFLICT DO NOTHING", jti, exp) > 0;
  }

  #load(): void {
    this.#head = null;
    this.#seq = this.#messageId = this.#turnId = 0;
    const tables = this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'conversation'");
    this.#exists = tables.toArray().length > 0;
    if (!this.#exists) return;
    const version = this.#one(CountRow, "SELECT version AS n, NULL AS size FROM conversation");
    const missing = MIGRATIONS.slice(version?.n ?? 0);
    if (missing.length > 0)
      this.#storage.transactionSync(() => {
        for (const migration of missing) this.#storage.sql.exec(migration);
        this.#run("UPDATE conversation SET version = ?", MIGRATIONS.length);
      });
    this.#head = this.#one(HeadRow, "SELECT * FROM conversation");
    const counters = this.#one(
      Counters,
      `SELECT (SELECT coalesce(max(seq), 0) FROM event) AS seq, (SELECT coalesce(max(id), 0) FROM message) AS message,
         (SELECT coalesce(max(answer_id), 0) FROM turn) AS answer, (SELECT coalesce(max(id), 0) FROM turn) AS turn`,
    );
    if (!counters) return;
    this.#seq = counters.seq;
    this.#messageId = Math.max(counters.message, counters.answer);
    this.#turnId = counters.turn;
  }

  #messages(sql: string, ...values: Value[]): Message[] {
    return this.#all(MessageRow, sql, ...values).map(messageOf);
  }
  #all<S extends z.ZodType>(row: S, sql: string, ...values: Value[]): z.infer<S>[] {
    if (!this.#exists) return [];
    return this.#storage.sql
      .exec(sql, ...values)
      .toArray()
      .map((raw) => row.parse(raw));
  }
  #one<S extends z.ZodType>(row: S, sql: string, ...values: Value[]): z.infer<S> | null {
    return this.#all(row, sql, ...values)[0] ?? null;
  }
  /** Rows changed. */
  #run(sql: string, ...values: Value[]): number {
    return this.#storage.sql.exec(sql, ...values).rowsWritten;
  }
}
