// Conversations as D1 shows them: new numbers, lists, and messages older than an object keeps.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { AssistantMode, ConversationKind, MemberRole, type Message } from "../protocol/entities.ts";
import type { ConversationListItem, Page } from "../protocol/rest.ts";
import { blank } from "./blank.ts";
import { listed } from "./listed.ts";
import { MessageRow, messageOf } from "./message-row.ts";
import { forgetSource, sourceOf } from "./metrics.ts";
import { forgetTerms } from "./search-index.ts";

const maybe = z.number().nullable();
const ConversationRow = z.object({
  id: z.int(),
  kind: ConversationKind,
  title: z.string().nullable(),
  model: z.string().nullable(),
  instructions: z.string().nullable(),
  assistant_mode: AssistantMode,
  temperature: maybe,
  created_at: z.number(),
  active_at: z.number(),
  member_role: MemberRole,
  unread: z.int(),
});

const IdRow = z.object({ id: z.int() });
const MessageSeq = z.object({ seq: z.int() });

/** A number for a new conversation. The row is seen by nobody until its object has told D1 of its members. */
export async function reserveConversation(
  db: D1Database,
  kind: string,
  userId: number,
  now: number,
  projectId: number | null = null,
): Promise<number> {
  const sql = `INSERT INTO conversations (kind, created_by, created_at, active_at, project_id) VALUES (?1, ?2, ?3, ?3, ?4)
     RETURNING id`;
  return IdRow.parse(await db.prepare(sql).bind(kind, userId, now, projectId).first()).id;
}

/** The same; again, or twice at once, by the same name of its founder it is the same number. */
export async function reserveNamed(
  db: D1Database,
  kind: string,
  userId: number,
  founding: string,
  now: number,
): Promise<number> {
  const sql = `INSERT INTO conversations (kind, created_by, created_at, active_at, founding) VALUES (?1, ?2, ?3, ?3, ?4)
     ON CONFLICT (created_by, kind, founding) WHERE founding IS NOT NULL DO UPDATE SET kind = kind RETURNING id`;
  return IdRow.parse(await db.prepare(sql).bind(kind, userId, now, founding).first()).id;
}

/** At most `limit` messages below `before`, newest first. */
export async function messagesBefore(db: D1Database, id: number, before: number, limit: number): Promise<Message[]> {
  const { results } = await db
    .prepare("SELECT * FROM messages WHERE conversation_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    .bind(id, before, limit)
    .all();
  return results.map((row) => messageOf(MessageRow.parse(row)));
}

/** Where this user takes part under another name, the latest event first. */
export async function calledOtherwise(db: D1Database, userId: number, name: string, limit: number): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT c.id FROM members m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.user_id = ?1 AND m.removed = 0 AND m.name <> ?2 ORDER BY c.active_at DESC LIMIT ?3`,
    )
    .bind(userId, name, limit)
    .all();
  return results.map((row) => IdRow.parse(row).id);
}

/** Unread messages are counted up to this many. */
export const UNREAD = 100;
const LISTED = listed("messages");

/** The place after a row of the list. */
export const ListCursor = z
  .string()
  .regex(/^\d{1,15}\.\d{1,15}$/)
  .transform((text) => {
    const [activeAt = 0, id = 0] = text.split(".").map(Number);
    return { activeAt, id };
  });
export type ListCursor = z.infer<typeof ListCursor>;

/** The user's conversations, the one with the latest event first. `cursor` as a page before gave it. */
export async function conversationsOf(
  db: D1Database,
  userId: number,
  cursor: ListCursor | null,
  limit: number,
  /** Only those of this project. */
  projectId: number | null = null,
): Promise<Page<ConversationListItem>> {
  const { activeAt, id: beforeId } = cursor ?? { activeAt: Number.MAX_SAFE_INTEGER, id: 0 };
  const { results } = await db
    .prepare(
      `SELECT c.*, m.role AS member_role,
         (SELECT count(*) FROM (SELECT 1 ${LISTED} AND x.conversation_id = c.id AND x.arrived > m.read_seq
            AND x.user_id IS NOT ?1 LIMIT ${UNREAD})) AS unread
       FROM members m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.user_id = ?1 AND m.removed = 0 AND (c.active_at, c.id) < (?2, ?3)
         AND (?5 IS NULL OR c.project_id = ?5)
       ORDER BY c.active_at DESC, c.id DESC LIMIT ?4`,
    )
    .bind(userId, activeAt, beforeId, limit + 1, projectId)
    .all();
  const rows = results.map((row) => ConversationRow.parse(row));
  const shown = rows.slice(0, limit);
  const last = await lastMessages(
    db,
    shown.map((row) => row.id),
  );
  const end = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ active_at: _, member_role, created_at, ...row }) => ({
      ...row,
      created_at: iso(created_at),
      role: member_role,
      last_message: last.get(row.id) ?? null,
    })),
    next_cursor: end ? `${end.active_at}.${end.id}` : null,
  };
}

/** Of each conversation the message that arrived last. */
async function lastMessages(db: D1Database, ids: readonly number[]): Promise<Map<number, Message>> {
  const { results } = await db
    .prepare(
      `SELECT m.* FROM json_each(?) k JOIN messages m ON m.conversation_id = k.value AND m.id =
         (SELECT x.id ${LISTED} AND x.conversation_id = k.value ORDER BY x.arrived DESC, x.id DESC LIMIT 1)`,
    )
    .bind(JSON.stringify(ids))
    .all();
  const Keyed = z.object({ conversation_id: z.int() });
  return new Map(results.map((row) => [Keyed.parse(row).conversation_id, messageOf(MessageRow.parse(row))]));
}

/** Erasure: everything D1 holds of a conversation goes, and a receipt stays. Again it changes nothing. */
export async function forgetConversation(db: D1Database, id: number, now: number): Promise<void> {
  const statements = [
    `UPDATE messages SET ${blank("content")}, ${blank("data")}, ${blank("files")}, ${blank("name")} WHERE conversation_id = ?1`,
    `UPDATE members SET ${blank("name")} WHERE conversation_id = ?1`,
    `UPDATE conversations SET ${blank("title")}, ${blank("instructions")} WHERE id = ?1`,
    "DELETE FROM conversations WHERE id = ?1", // and by their foreign keys all the others
  ];
  await db.batch([...statements.map((sql) => db.prepare(sql).bind(id)), ...forgetSource(db, sourceOf(id))]);
  await forgetTerms(db, id);
  await db
    .prepare("INSERT INTO erasures (conversation_id, erased_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
    .bind(id, now)
    .run();
}

/** One message, with the seq of the event that brought its text. */
export async function archivedMessage(
  db: D1Database,
  id: number,
  messageId: number,
): Promise<{ message: Message; seq: number } | null> {
  const row = await db
    .prepare("SELECT * FROM messages WHERE conversation_id = ? AND id = ?")
    .bind(id, messageId)
    .first();
  return row && archivedOf(row);
}

/** All answers to a question, the same way; deleted ones are not among them. */
export async function archivedAnswers(
  db: D1Database,
  id: number,
  questionId: number,
): Promise<{ message: Message; seq: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM messages WHERE conversation_id = ?1 AND id > ?2 AND reply_to = ?2 AND role = 'assistant'
         AND deleted_at IS NULL ORDER BY id`,
    )
    .bind(id, questionId)
    .all();
  return results.map(archivedOf);
}

const archivedOf = (row: unknown) => ({ message: messageOf(MessageRow.parse(row)), seq: MessageSeq.parse(row).seq });

/** At most `limit` messages above `after` and below `before`, oldest first. */
export async function messagesBetween(
  db: D1Database,
  id: number,
  after: number,
  before: number,
  limit: number,
): Promise<Message[]> {
  const { results } = await db
    .prepare("SELECT * FROM messages WHERE conversation_id = ? AND id > ? AND id < ? ORDER BY id LIMIT ?")
    .bind(id, after, before, limit)
    .all();
  return results.map((row) => messageOf(MessageRow.parse(row)));
}
