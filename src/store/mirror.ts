// The one writer of conversations' tables in D1, called by the outbox of each conversation's object. Idempotent: rows
// carry the seq they come from, a lower one never overwrites a higher one; an attempt that has ended stays ended.
import type { Attempt, Conversation, Member, Turn } from "../protocol/entities.ts";
import { blank } from "./blank.ts";
import { type Measures, measureStatements } from "./metrics.ts";
import { type MessageChange, upsertMessages } from "./mirror-messages.ts";
import { blankTerms, indexMessages, unindexMessage } from "./search-index.ts";

export type Change =
  | MessageChange
  /** The text goes, overwritten in its place first: SQLite leaves deleted bytes in free pages. */
  | { of: "blanking"; messageId: number }
  | { of: "deletion"; seq: number; messageId: number; at: string }
  /** The current answer of a question; none to the text of an edited one. */
  | { of: "answer"; seq: number; questionId: number; answerId: number | null }
  /** The question of which this was the current answer has none. */
  | { of: "withdrawal"; seq: number; answerId: number }
  | { of: "turn"; seq: number; turn: Turn; userId: number | null }
  | { of: "attempt"; attempt: Attempt }
  | { of: "member"; seq: number; member: Omit<Member, "read_id"> }
  | { of: "removal"; seq: number; userId: number }
  | { of: "role"; seq: number; userId: number; role: Member["role"] }
  | { of: "name"; seq: number; userId: number; name: string }
  | { of: "read"; seq: number; userId: number; messageId: number }
  | { of: "conversation"; seq: number; conversation: Conversation };

/** How far a batch brings the conversation's row; `activeAt` in epoch ms. */
export interface Reached {
  seq: number;
  activeAt: number;
}

const ms = (at: string | null | undefined): number | null => (at ? Date.parse(at) : null);
const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** One atomic batch. Throws when D1 is away; then nothing, or (answer lost) all of it is there. */
export async function mirror(
  db: D1Database,
  id: number,
  changes: readonly Change[],
  reached: Reached,
  measures: Measures,
): Promise<void> {
  const reach = db.prepare("UPDATE conversations SET seq = max(seq, ?2), active_at = max(active_at, ?3) WHERE id = ?1");
  await db.batch([
    ...statements(db, id, changes),
    ...measureStatements(db, id, measures),
    reach.bind(id, reached.seq, reached.activeAt),
  ]);
}

/** How many statements a batch has for this change, behind the one before it. */
export function weight({ of }: Change, before: Change | undefined): number {
  if (of === "message") return before?.of === "message" ? 0 : 2;
  return of === "blanking" || of === "deletion" ? 2 : 1;
}

/** Messages that follow one another go together. */
function* statements(db: D1Database, id: number, changes: readonly Change[]): Generator<D1PreparedStatement> {
  let messages: MessageChange[] = [];
  for (const [at, change] of changes.entries()) {
    if (change.of !== "message") {
      yield* [statement(db, id, change), ...unindexed(db, id, change)];
      continue;
    }
    messages.push(change);
    if (changes[at + 1]?.of === "message") continue;
    yield* [upsertMessages(db, id, messages), indexMessages(db, id, messages)];
    messages = [];
  }
}

type Rest = Exclude<Change, MessageChange>;

/** What searches need beside a change; in the same batch, so that both are there or neither. */
function unindexed(db: D1Database, id: number, change: Rest): D1PreparedStatement[] {
  switch (change.of) {
    case "blanking":
      return [blankTerms(db, id, change.messageId)];
    case "deletion":
      return [unindexMessage(db, id, change.messageId)];
    default:
      return [];
  }
}

function statement(db: D1Database, id: number, change: Rest): D1PreparedStatement {
  switch (change.of) {
    case "blanking":
      return db
        .prepare(
          `UPDATE messages SET ${blank("content")}, ${blank("data")}, ${blank("files")} WHERE conversation_id = ?1 AND id = ?2`,
        )
        .bind(id, change.messageId);
    case "deletion":
      return db
        .prepare(
          `UPDATE messages SET content = '', data = '{}', files = '[]', deleted_at = ?3, seq = ?4
           WHERE conversation_id = ?1 AND id = ?2`,
        )
        .bind(id, change.messageId, ms(change.at), change.seq);
    case "answer":
      return db
        .prepare(
          `UPDATE messages SET answer_id = ?3, answer_seq = ?4
           WHERE conversation_id = ?1 AND id = ?2 AND answer_seq < ?4`,
        )
        .bind(id, change.questionId, change.answerId, change.seq);
    case "withdrawal":
      return db
        .prepare(
          `UPDATE messages SET answer_id = NULL, answer_seq = ?3 WHERE conversation_id = ?1 AND answer_id = ?2
             AND id = (SELECT reply_to FROM messages WHERE conversation_id = ?1 AND id = ?2) AND answer_seq < ?3`,
        )
        .bind(id, change.answerId, change.seq);
    case "turn": {
      const t = change.turn;
      return db
        .prepare(
          `INSERT INTO turns (conversation_id, id, question_id, answer_id, user_id, state, model, attempt, finish_reason,
             usage, error, created_at, started_at, ended_at, seq)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
           ON CONFLICT (conversation_id, id) DO UPDATE SET answer_id = ?4, state = ?6, attempt = ?8, finish_reason = ?9,
             usage = ?10, error = ?11, started_at = ?13, ended_at = ?14, seq = ?15 WHERE seq < ?15`,
        )
        .bind(
          ...[id, t.id, t.question_id, t.answer_id, change.userId, t.state, t.model, t.attempt, t.finish_reason],
          ...[json(t.usage), json(t.error), ms(t.created_at), ms(t.started_at), ms(t.ended_at), change.seq],
        );
    }
    case "attempt": {
      const a = change.attempt;
      return db
        .prepare(
          `INSERT INTO attempts (conversation_id, turn_id, attempt, reason, model, start, outcome, error, usage, started_at,
             first_token_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
           ON CONFLICT (conversation_id, turn_id, attempt) DO UPDATE SET outcome = ?7, error = ?8, usage = ?9,
             first_token_at = ?11, ended_at = ?12 WHERE ended_at IS NULL`,
        )
        .bind(
          ...[id, a.turn_id, a.attempt, a.reason, a.model, a.from, a.outcome, a.error, json(a.usage)],
          ...[ms(a.started_at), ms(a.first_token_at), ms(a.ended_at)],
        );
    }
    case "member":
      return db
        .prepare(
          `INSERT INTO members (conversation_id, user_id, name, role, seq) VALUES (?1, ?2, ?3, ?4, ?5)
           ON CONFLICT (conversation_id, user_id) DO UPDATE SET name = ?3, role = ?4, read_id = 0, read_seq = 0,
             removed = 0, seq = ?5 WHERE seq < ?5`,
        )
        .bind(id, change.member.user_id, change.member.name, change.member.role, change.seq);
    case "removal":
      return db
        .prepare("UPDATE members SET removed = 1, seq = ?3 WHERE conversation_id = ?1 AND user_id = ?2 AND seq < ?3")
        .bind(id, change.userId, change.seq);
    case "role":
      return db
        .prepare("UPDATE members SET role = ?3, seq = ?4 WHERE conversation_id = ?1 AND user_id = ?2 AND seq < ?4")
        .bind(id, change.userId, change.role, change.seq);
    case "name":
      return db
        .prepare("UPDATE members SET name = ?3, seq = ?4 WHERE conversation_id = ?1 AND user_id = ?2 AND seq < ?4")
        .bind(id, change.userId, change.name, change.seq);
    case "read":
      return db
        .prepare(
          `UPDATE members SET read_id = ?3, read_seq = ?4
           WHERE conversation_id = ?1 AND user_id = ?2 AND read_seq < ?4`,
        )
        .bind(id, change.userId, change.messageId, change.seq);
    case "conversation": {
      const c = change.conversation;
      return db
        .prepare(
          `UPDATE conversations SET title = ?2, model = ?3, instructions = ?4, assistant_mode = ?5, temperature = ?6
           WHERE id = ?1 AND seq < ?7`,
        )
        .bind(id, c.title, c.model, c.instructions, c.assistant_mode, c.temperature, change.seq);
    }
    default:
      return change satisfies never;
  }
}
