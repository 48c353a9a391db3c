// Writes messages of a conversation to D1 (mirror.ts): all that follow one another in one statement.
import type { Message } from "../protocol/entities.ts";

export interface MessageChange {
  of: "message";
  seq: number;
  message: Message;
}

const UPSERT = `INSERT INTO messages (conversation_id, id, role, user_id, name, content, data, turn_id, reply_to, client_id,
    created_at, edited_at, deleted_at, files, seq, arrived)
  SELECT ?1, m.value ->> 0, m.value ->> 1, m.value ->> 2, m.value ->> 3, coalesce(?3, m.value ->> 4), m.value ->> 5,
    m.value ->> 6, m.value ->> 7, m.value ->> 8, m.value ->> 9, m.value ->> 10, m.value ->> 11, m.value ->> 12,
    m.value ->> 13, m.value ->> 13 FROM json_each(?2) m WHERE true
  ON CONFLICT (conversation_id, id) DO UPDATE SET content = excluded.content, data = excluded.data,
    edited_at = excluded.edited_at, deleted_at = excluded.deleted_at, files = excluded.files, seq = excluded.seq
    WHERE seq < excluded.seq`;

const ms = (at: string | undefined): number | null => (at ? Date.parse(at) : null);

/** Alone a message may be so long that its text would not fit as JSON, which can be six times as long. */
export function upsertMessages(db: D1Database, id: number, changes: readonly MessageChange[]): D1PreparedStatement {
  const alone = changes.length === 1 ? (changes[0]?.message.content ?? null) : null;
  const rows = changes.map(({ message: m, seq }) => [
    ...[m.id, m.role, m.author?.user_id ?? null, m.author?.name ?? null, alone === null ? m.content : null],
    ...[JSON.stringify(m.data), m.turn_id, m.reply_to, m.client_id, ms(m.created_at), ms(m.edited_at)],
    ...[ms(m.deleted_at), JSON.stringify(m.files), seq],
  ]);
  return db.prepare(UPSERT).bind(id, JSON.stringify(rows), alone);
}
