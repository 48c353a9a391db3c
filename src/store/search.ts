// Search in the messages of the conversations that the asking user is a member of now, and of no other.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { snippet } from "../lib/snippet.ts";
import { Message } from "../protocol/entities.ts";
import type { Page, SearchHit, SearchQuery } from "../protocol/rest.ts";
import { questionOf, type Way } from "./question.ts";

/** Of longer messages this many characters are looked at for the best piece to show. */
const LOOKED_AT = 100_000;

/** The place after a hit, among those that have the words the same way. */
export const SearchCursor = z
  .string()
  .regex(/^[wbo]\.\d{1,15}\.\d{1,15}\.\d{1,8}$/)
  .transform((text) => {
    const [at = 0, conversation = 0, message = 0] = text.slice(2).split(".").map(Number);
    return { way: text.slice(0, 1), at, conversation, message };
  });
type SearchCursor = z.infer<typeof SearchCursor>;

const FIRST = { at: Number.MAX_SAFE_INTEGER, conversation: 0, message: 0 };

const HitRow = z.object({
  conversation_id: z.int(),
  title: z.string().nullable(),
  message_id: z.int(),
  role: Message.shape.role,
  user_id: z.int().nullable(),
  name: z.string().nullable(),
  created_at: z.int(),
  content: z.string(),
});
type Hit = z.infer<typeof HitRow>;

export type Search = Omit<z.output<typeof SearchQuery>, "cursor"> & { cursor?: SearchCursor | undefined };

/** What has the words as they are written, then what has the last one begun, then what has other forms; each newest first. */
export async function searchMessages(db: D1Database, userId: number, search: Search): Promise<Page<SearchHit>> {
  const question = questionOf(search.q);
  if (!question) return { items: [], next_cursor: null };
  const { ways, answers } = question;
  const { cursor, limit } = search;
  const found: (Hit & { way: Way })[] = [];
  const from = cursor ? ways.findIndex(({ way }) => way === cursor.way) : 0;
  for (const { way, match } of ways.slice(Math.max(0, from))) {
    if (found.length > limit) break;
    const after = way === cursor?.way ? cursor : undefined;
    for (const hit of await hits(db, userId, search, match, after, limit + 1 - found.length))
      found.push({ ...hit, way });
  }
  const shown = found.slice(0, limit);
  const end = found.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ user_id, name, created_at, content, way: _, ...hit }) => ({
      ...hit,
      author: user_id === null ? null : { user_id, name: name ?? "" },
      created_at: iso(created_at),
      snippet: snippet(content, answers),
    })),
    next_cursor: end ? `${end.way}.${end.created_at}.${end.conversation_id}.${end.message_id}` : null,
  };
}

/**
 * Newest first. CROSS JOIN keeps the order as written, so that only the user's own conversations are read of the index, and
 * only what is shown of the messages.
 */
async function hits(
  db: D1Database,
  userId: number,
  search: Search,
  match: string,
  { at, conversation, message }: Omit<SearchCursor, "way"> = FIRST,
  limit: number,
): Promise<Hit[]> {
  const { results } = await db
    .prepare(
      `WITH hits AS (
         SELECT c.id AS conversation_id, c.title, x.id, x.created_at
         FROM members m
           CROSS JOIN conversations c ON c.id = m.conversation_id
           CROSS JOIN search_terms t ON t.search_terms MATCH replace(?2, '~', c.id)
           CROSS JOIN messages x INDEXED BY messages_times ON x.conversation_id = c.id AND x.id = t.rowid & 0xffffff
         WHERE m.user_id = ?1 AND m.removed = 0 AND c.kind = coalesce(?3, c.kind) AND c.id = coalesce(?4, c.id)
           AND x.created_at >= ?5 AND (x.created_at, c.id, x.id) < (?6, ?7, ?8)
         ORDER BY x.created_at DESC, c.id DESC, x.id DESC LIMIT ?9)
       SELECT h.conversation_id, h.title, x.id AS message_id, x.role, x.user_id, x.name, x.created_at,
         substr(x.content, 1, ${LOOKED_AT}) AS content
       FROM hits h CROSS JOIN messages x ON x.conversation_id = h.conversation_id AND x.id = h.id
       ORDER BY h.created_at DESC, h.conversation_id DESC, h.id DESC`,
    )
    .bind(
      ...[userId, match, search.kind ?? null, search.conversation_id ?? null],
      ...[search.from === undefined ? 0 : Date.parse(search.from), at, conversation, message, limit],
    )
    .all();
  return results.map((row) => HitRow.parse(row));
}
