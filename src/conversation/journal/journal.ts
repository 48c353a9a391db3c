// Owns the conversation's log of events and the rows they led to: its settings and messages (turns are the ledger's; people,
// links and files have files of their own). No decision is here.
import * as z from "zod";
import { type Clock, iso } from "../../lib/clock.ts";
import type { Conversation, Message } from "../../protocol/entities.ts";
import type { Event } from "../../protocol/frames.ts";
import { blank } from "../../store/blank.ts";
import { listed } from "../../store/listed.ts";
import { MessageRow, messageOf } from "../../store/message-row.ts";
import { migrate } from "../../store/migrate.ts";
import { Absences } from "./absences.ts";
import { Files } from "./files.ts";
import { Invitations } from "./invitations.ts";
import { Ledger } from "./ledger.ts";
import { Members } from "./members.ts";
import { Parties } from "./parties.ts";
import { Rows, type Value } from "./rows.ts";
import { Shards } from "./shards.ts";
import { Summaries } from "./summaries.ts";
import {
  CountRow,
  EventRow,
  type Head,
  HeadRow,
  MIGRATIONS,
  type NewConversation,
  type ReadMark,
  ReadRow,
  type Receipt,
  ReceiptRow,
  type StoredEvent,
  type Wish,
  type WishGiven,
  WishRow,
} from "./tables.ts";

type EventFields = { [T in Event["type"]]: Omit<Extract<Event, { type: T }>, "type" | "seq" | "at"> };

const LISTED = listed("message");
const Counters = z.object({ seq: z.int(), message: z.int(), answer: z.int() });

export class Journal {
  readonly ledger: Ledger;
  readonly invitations: Invitations;
  readonly members: Members;
  readonly parties: Parties;
  readonly shards: Shards;
  readonly absences: Absences;
  readonly summaries: Summaries;
  readonly files: Files;
  #storage: DurableObjectStorage;
  #rows: Rows;
  #clock: Clock;
  #head: Head | null = null;
  #seq = 0;
  #messageId = 0;
  #uncommitted: StoredEvent[] = [];

  /** Reads only (but for migrations): an object that was never created stays without a trace. */
  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#rows = new Rows(storage);
    this.ledger = new Ledger(this.#rows);
    this.invitations = new Invitations(this.#rows);
    this.members = new Members(this.#rows);
    this.parties = new Parties(this.#rows);
    this.shards = new Shards(this.#rows);
    this.absences = new Absences(this.#rows);
    this.summaries = new Summaries(this.#rows);
    this.files = new Files(this.#rows, clock);
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

  /** Rows written since this was last asked. */
  takeRowsWritten(): number {
    return this.#rows.takeWritten();
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
    this.#rows.run(
      "INSERT INTO event (seq, at, type, turn_id, json) VALUES (?, ?, ?, ?, ?)",
      seq,
      at,
      type,
      turnId,
      json,
    );
    const event = { seq, type, turn_id: turnId, json };
    this.#uncommitted.push(event);
    return event;
  }

  // Conversation

  create(c: NewConversation, epoch: string): void {
    const keep = (version: number) =>
      this.#rows.run(
        `INSERT INTO conversation (one, id, kind, title, model, instructions, assistant_mode, temperature, created_at,
           epoch, version, project_id, tools) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[c.id, c.kind, c.title, c.model, c.instructions, c.assistant_mode, c.temperature, c.created_at],
        ...[epoch, version, c.project_id ?? null, JSON.stringify(c.tools ?? [])],
      );
    migrate(this.#storage, MIGRATIONS, { applied: 0, keep });
    this.#load();
  }

  configure(change: Pick<Conversation, "title" | "model" | "instructions" | "assistant_mode" | "temperature">): void {
    this.#rows.run(
      "UPDATE conversation SET title = ?, model = ?, instructions = ?, assistant_mode = ?, temperature = ?",
      ...[change.title, change.model, change.instructions, change.assistant_mode, change.temperature],
    );
    if (this.#head) this.#head = { ...this.#head, ...change };
  }

  /** `title_of`: the question of which the title was made. */
  setTitling(titling: Head["titling"], title_turn: number | null, title_of: number | null = null): void {
    this.#rows.run("UPDATE conversation SET titling = ?, title_turn = ?, title_of = ?", titling, title_turn, title_of);
    if (this.#head) this.#head = { ...this.#head, titling, title_turn, title_of };
  }
  /** What the log says of this title goes. */
  forgetTitle(title: string): void {
    const events = this.#rows.all(
      EventRow,
      `SELECT seq, type, turn_id, json FROM event
       WHERE type = 'conversation.configured' AND json ->> '$.conversation.title' = ?`,
      title,
    );
    for (const event of events) this.#rewrite(event, "json_replace(?, '$.conversation.title', NULL)");
  }

  markErased(): void {
    const now = this.#clock.now();
    this.#rows.run("UPDATE conversation SET erased_at = ?", now);
    if (this.#head) this.#head = { ...this.#head, erased_at: now };
  }

  /** Everything goes, the tables too. */
  async destroy(): Promise<void> {
    await this.#storage.deleteAll();
    this.#load();
  }

  /** The read mark that stands for this message; for a number beyond the last one, for the message that arrived last. */
  readMark(messageId: number): ReadMark | null {
    const sql = "SELECT 0 AS user_id, id AS message_id, arrived AS seq FROM message";
    return messageId > this.#messageId
      ? this.#rows.one(ReadRow, `${sql} ORDER BY arrived DESC LIMIT 1`)
      : this.#rows.one(ReadRow, `${sql} WHERE id = ?`, messageId);
  }

  // Messages

  nextMessageId(): number {
    return ++this.#messageId;
  }
  /** `seq`: the event that brings its text or (an answer's) length; `patients`: written by an interview's patient. */
  addMessage(message: Message, seq: number, wish: WishGiven = {}, patients = false): void {
    const m = message;
    this.#rows.run(
      `INSERT INTO message (id, role, user_id, name, content, data, turn_id, reply_to, client_id, created_at, seq, files,
         arrived, model, temperature, patients) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[m.id, m.role, m.author?.user_id ?? null, m.author?.name ?? null, m.content, JSON.stringify(m.data)],
      ...[m.turn_id, m.reply_to, m.client_id, Date.parse(m.created_at), seq, JSON.stringify(m.files), seq],
      ...[wish.model ?? null, wish.temperature ?? null, Number(patients)],
    );
  }
  /** How its sender wanted it answered. */
  wishOf(messageId: number): Wish {
    const wish = this.#rows.one(WishRow, "SELECT model, temperature FROM message WHERE id = ?", messageId);
    return wish ?? { model: null, temperature: null };
  }
  /** New text, of which no answer is current; the log keeps a text only in the event that brought it last. */
  editMessage({ id, content, edited_at }: Message, seq: number): void {
    this.forgetText(this.#broughtBy(id));
    this.#rows.run(
      "UPDATE message SET content = ?, edited_at = ?, seq = ?, answer_id = NULL WHERE id = ?",
      ...[content, edited_at ? Date.parse(edited_at) : null, seq, id],
    );
  }
  /** Text and data go, from the log too; as an answer it is no longer current. */
  blankMessage(id: number, seq: number): void {
    this.forgetText(this.#broughtBy(id));
    this.#rows.run(`UPDATE message SET ${blank("content")}, ${blank("data")}, ${blank("files")} WHERE id = ?`, id);
    this.#rows.run(
      `UPDATE message SET content = '', data = '{}', files = '[]', seq = ?1, deleted_at = (SELECT at FROM event WHERE seq = ?1)
       WHERE id = ?2`,
      ...[seq, id],
    );
    const question = "SELECT reply_to FROM message WHERE id = ?1";
    this.#rows.run(`UPDATE message SET answer_id = NULL WHERE answer_id = ?1 AND id = (${question})`, id);
  }
  /** What an event said of a message's text goes: it is replayed as if the message had been empty. */
  forgetText(seq: number): void {
    const event = this.#rows.one(EventRow, "SELECT seq, type, turn_id, json FROM event WHERE seq = ?", seq);
    const emptied = `json_replace(?, '$.message.content', '', '$.message.data', json('{}'), '$.message.files', json('[]'),
       '$.message.length', 0)`;
    if (event) this.#rewrite(event, emptied);
  }
  /** What an event says becomes this SQL expression of it, and nothing stays of what it said. */
  #rewrite({ seq, json }: StoredEvent, expression: string): void {
    this.#rows.run(`UPDATE event SET ${blank("json")} WHERE seq = ?`, seq);
    this.#rows.run(`UPDATE event SET json = ${expression} WHERE seq = ?`, json, seq);
  }
  /** Makes an answer the current one of its question; `during`: a person chose it while this turn was open. */
  setAnswer(questionId: number, answerId: number, during: number | null = null): void {
    this.#rows.run("UPDATE message SET answer_id = ?, chosen_during = ? WHERE id = ?", answerId, during, questionId);
  }
  /** The current answer, if a person chose it while this turn was open. */
  chosenDuring(questionId: number, turnId: number): number | null {
    const sql = "SELECT answer_id AS n, NULL AS size FROM message WHERE id = ? AND chosen_during = ? AND answer_id > 0";
    return this.#rows.one(CountRow, sql, questionId, turnId)?.n ?? null;
  }
  /** Was it answered before the question had its text of now? */
  answersEarlierText(answerId: number, questionId: number): boolean {
    const sql = `SELECT count(*) AS n, NULL AS size FROM message
       WHERE id = ? AND arrived < (SELECT seq FROM message WHERE id = ?)`;
    return this.#rows.one(CountRow, sql, answerId, questionId)?.n === 1;
  }
  /** All answers to a question that are kept here and not deleted. */
  answersTo(questionId: number): Message[] {
    const sql = "SELECT * FROM message WHERE id > ?1 AND reply_to = ?1 AND role = 'assistant' AND deleted_at IS NULL";
    return this.#messages(`${sql} ORDER BY id`, questionId);
  }
  /** The newest answer to a question, to its text as it is now, that is not deleted. */
  newestAnswer(questionId: number): number | null {
    const sql = `SELECT id AS n, NULL AS size FROM message
       WHERE id > ?1 AND reply_to = ?1 AND role = 'assistant' AND deleted_at IS NULL
         AND arrived > (SELECT seq FROM message WHERE id = ?1) ORDER BY id DESC LIMIT 1`;
    return this.#rows.one(CountRow, sql, questionId)?.n ?? null;
  }
  /** The message that arrived last, of those that lists count. */
  latestMessage(): Message | null {
    return this.#messages(`SELECT x.* ${LISTED} ORDER BY x.arrived DESC, x.id DESC LIMIT 1`)[0] ?? null;
  }
  /** Messages deleted after `seq`, with when. */
  deletedAfter(seq: number): Map<number, string> {
    const row = z.object({ id: z.int(), at: z.string() });
    const sql = `SELECT json ->> '$.message_id' AS id, json ->> '$.at' AS at FROM event
       WHERE seq > ? AND type = 'message.deleted'`;
    return new Map(this.#rows.all(row, sql, seq).map(({ id, at }) => [id, at]));
  }
  message(id: number): Message | null {
    return this.#messages("SELECT * FROM message WHERE id = ?", id)[0] ?? null;
  }
  /** At most `limit` messages below `before`, newest first. */
  messagesBefore(before: number, limit: number): Message[] {
    return this.#messages("SELECT * FROM message WHERE id < ? ORDER BY id DESC LIMIT ?", before, limit);
  }
  /** Others' messages that arrived after this user's mark, counted up to `most`. */
  unread(userId: number, most: number): number {
    const mark = "coalesce((SELECT read_seq FROM member WHERE user_id = ?1), 0)";
    const sql = `SELECT count(*) AS n, NULL AS size FROM (SELECT 1 ${LISTED} AND x.arrived > ${mark}
       AND x.user_id IS NOT ?1 LIMIT ?2)`;
    return this.#rows.one(CountRow, sql, userId, most)?.n ?? 0;
  }
  /** Messages of a user since `at` (epoch ms), among the latest hundred. */
  sentSince(userId: number, at: number): number {
    const sql = `SELECT count(*) AS n, NULL AS size FROM (SELECT user_id, created_at FROM message ORDER BY id DESC LIMIT 100)
       WHERE user_id = ? AND created_at > ?`;
    return this.#rows.one(CountRow, sql, userId, at)?.n ?? 0;
  }
  /** At most `limit` messages above `after`, oldest first. */
  messagesAfter(after: number, limit: number): Message[] {
    return this.#messages("SELECT * FROM message WHERE id > ? ORDER BY id LIMIT ?", after, limit);
  }
  receipt(userId: number, clientId: string): Receipt | null {
    return this.#rows.one(
      ReceiptRow,
      "SELECT digest, message_id, turn_id, seq FROM receipt WHERE user_id = ? AND client_id = ?",
      ...[userId, clientId],
    );
  }
  addReceipt(userId: number, clientId: string, r: Receipt): void {
    this.#rows.run(
      "INSERT INTO receipt (user_id, client_id, digest, message_id, turn_id, seq) VALUES (?, ?, ?, ?, ?, ?)",
      ...[userId, clientId, r.digest, r.message_id, r.turn_id, r.seq],
    );
  }

  // The log of events

  eventsAfter(seq: number, limit: number): StoredEvent[] {
    return this.#rows.all(
      EventRow,
      "SELECT seq, type, turn_id, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
      seq,
      limit,
    );
  }
  /** Number and size (UTF-16 units) of the events after `seq`, without reading them. */
  backlog(seq: number): { events: number; size: number } {
    const row = this.#rows.one(
      CountRow,
      "SELECT count(*) AS n, sum(length(json)) AS size FROM event WHERE seq > ?",
      seq,
    );
    return { events: row?.n ?? 0, size: row?.size ?? 0 };
  }
  oldestSeq(): number {
    return this.#rows.one(CountRow, "SELECT coalesce(min(seq), 0) AS n, NULL AS size FROM event")?.n ?? 0;
  }
  /** The turn whose text was being sent at `seq`. */
  turnAt(seq: number): number | null {
    const sql =
      "SELECT seq, type, turn_id, json FROM event WHERE type = 'turn.started' AND seq <= ? ORDER BY seq DESC LIMIT 1";
    return this.#rows.one(EventRow, sql, seq)?.turn_id ?? null;
  }
  /** D1 has the events up to `seq`, and was told of so many connections. */
  setFlushed(flushed_seq: number, connections: number): void {
    this.#rows.run("UPDATE conversation SET flushed_seq = ?, connections = ?", flushed_seq, connections);
    if (this.#head) this.#head = { ...this.#head, flushed_seq, connections };
  }
  /** Drops messages below `id`, which D1 has; `kept_from` says from which message on this object is complete. */
  trimMessages(id: number): void {
    this.#rows.run("DELETE FROM message WHERE id < ?", id);
    this.#rows.run("UPDATE conversation SET kept_from = ?", id);
    if (this.#head) this.#head = { ...this.#head, kept_from: id };
  }
  /** Drops events up to `seq` that happened before `at` (epoch ms): nobody resumes from there. */
  trimEvents(seq: number, at: number): void {
    this.#rows.run("DELETE FROM event WHERE seq <= ? AND at < ?", seq, at);
  }

  /** What an interview's patient has written up to and with this message, among those kept: the messages' ids. */
  patientsMessages(id: number): number[] {
    const sql = "SELECT id AS n, NULL AS size FROM message WHERE id <= ? AND patients = 1";
    return this.#rows.all(CountRow, sql, id).map(({ n }) => n);
  }

  /** Keeps a ticket's id until it expires (epoch seconds); false when it was used before. */
  spendTicket(jti: string, exp: number): boolean {
    this.#rows.run("DELETE FROM ticket WHERE exp < ?", Math.floor(this.#clock.now() / 1000) - 60);
    return this.#rows.run("INSERT INTO ticket (jti, exp) VALUES (?, ?) ON CONFLICT DO NOTHING", jti, exp) > 0;
  }

  #load(): void {
    this.#head = null;
    this.#seq = this.#messageId = 0;
    const tables = this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'conversation'");
    this.#rows.exist = tables.toArray().length > 0;
    this.ledger.load();
    this.members.load();
    if (!this.#rows.exist) return;
    const applied = this.#rows.one(CountRow, "SELECT version AS n, NULL AS size FROM conversation")?.n ?? 0;
    const keep = (version: number) => this.#rows.run("UPDATE conversation SET version = ?", version);
    migrate(this.#storage, MIGRATIONS, { applied, keep });
    this.#head = this.#rows.one(HeadRow, "SELECT * FROM conversation");
    const counters = this.#rows.one(
      Counters,
      `SELECT (SELECT coalesce(max(seq), 0) FROM event) AS seq, (SELECT coalesce(max(id), 0) FROM message) AS message,
         (SELECT coalesce(max(answer_id), 0) FROM turn) AS answer`,
    );
    if (!counters) return;
    this.#seq = counters.seq;
    this.#messageId = Math.max(counters.message, counters.answer);
  }

  #broughtBy(id: number): number {
    return this.#rows.one(CountRow, "SELECT seq AS n, NULL AS size FROM message WHERE id = ?", id)?.n ?? 0;
  }
  #messages(sql: string, ...values: Value[]): Message[] {
    return this.#rows.all(MessageRow, sql, ...values).map(messageOf);
  }
}
