// Writes the index that searches read (migrations/0004_message_search.sql).
import { wordsOf } from "../lib/terms.ts";
import type { MessageChange } from "./mirror-messages.ts";

/** UTF-16 units of terms a message: of a longer text (some 100,000 characters) the beginning is found. */
const MOST = 200_000;
/** Rows a batch: it takes about a millisecond to take one out of the index. */
const CHUNK = 50;

/** `?1` the conversation, `?2` the message. */
const NUMBER = "(?1 << 24 | ?2)";

/**
 * Goes into the batch that writes these messages, and acts only on those of which this very version (by its seq) is the
 * stored one: an old batch that comes again changes nothing.
 */
export function indexMessages(db: D1Database, conversation: number, changes: readonly MessageChange[]) {
  const rows = changes.map(({ message: { id, content }, seq }) => [id, seq, termsOf(conversation, content)]);
  return db
    .prepare(
      `INSERT OR REPLACE INTO search_terms (rowid, terms)
       SELECT ?1 << 24 | m.id, r.value ->> 2 FROM json_each(?2) r CROSS JOIN messages m
       WHERE m.conversation_id = ?1 AND m.id = r.value ->> 0 AND m.seq = r.value ->> 1 AND m.deleted_at IS NULL
         AND m.id < 1 << 24`,
    )
    .bind(conversation, JSON.stringify(rows));
}

/** Every term once, in the order of the text. */
function termsOf(conversation: number, content: string): string {
  const terms = new Set<string>();
  let size = 0;
  for (const word of wordsOf(content))
    for (const term of [...word.terms, word.whole]) {
      const headed = `${conversation}:${term}`;
      if (terms.has(headed)) continue;
      size += headed.length + 1;
      if (size > MOST) return [...terms].join(" ");
      terms.add(headed);
    }
  return [...terms].join(" ");
}

/** SQLite leaves deleted bytes in free pages (blank.ts): spaces, which are no terms, stand there first. */
const BLANK = "UPDATE search_terms SET terms = printf('%*s', length(CAST(terms AS BLOB)), '')";

export const blankTerms = (db: D1Database, conversation: number, messageId: number): D1PreparedStatement =>
  db.prepare(`${BLANK} WHERE rowid = ${NUMBER}`).bind(conversation, messageId);

export const unindexMessage = (db: D1Database, conversation: number, messageId: number): D1PreparedStatement =>
  db.prepare(`DELETE FROM search_terms WHERE rowid = ${NUMBER}`).bind(conversation, messageId);

/** All of a conversation, in steps between which D1 serves others. */
export async function forgetTerms(db: D1Database, conversation: number): Promise<void> {
  const some = `SELECT rowid FROM search_terms WHERE rowid >= ?1 << 24 AND rowid < ?1 + 1 << 24 ORDER BY rowid LIMIT ${CHUNK}`;
  const step = [`${BLANK} WHERE rowid IN (${some})`, `DELETE FROM search_terms WHERE rowid IN (${some})`, `${some}`];
  for (let left = true; left; ) {
    const results = await db.batch(step.map((sql) => db.prepare(sql).bind(conversation)));
    left = (results.at(-1)?.results.length ?? 0) > 0;
  }
}
