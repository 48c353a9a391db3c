// The names that assistant rooms' clients give: a room's id is ours and random, a chat's id is theirs, unique for its creator.
import * as z from "zod";

const Row = z.object({ room_id: z.string(), chat_id: z.string(), conversation_id: z.int() });
export type AssistantRoom = z.infer<typeof Row>;

const rowOf = (row: unknown): AssistantRoom | null => (row ? Row.parse(row) : null);

export async function findRoom(db: D1Database, roomId: string): Promise<AssistantRoom | null> {
  const sql = "SELECT room_id, chat_id, conversation_id FROM assistant_rooms WHERE room_id = ?";
  return rowOf(await db.prepare(sql).bind(roomId).first());
}

/** The caller's own room of this chat, else one where he is a member. */
export async function findChat(db: D1Database, userId: number, chatId: string): Promise<AssistantRoom | null> {
  const sql = `SELECT room_id, chat_id, r.conversation_id FROM assistant_rooms r
     JOIN members m ON m.conversation_id = r.conversation_id AND m.user_id = ?1 AND m.removed = 0
     WHERE chat_id = ?2 ORDER BY creator = ?1 DESC, r.conversation_id DESC LIMIT 1`;
  return rowOf(await db.prepare(sql).bind(userId, chatId).first());
}

/** The caller's own room of this chat: nobody comes into another's by making one. */
export async function findOwnChat(db: D1Database, creator: number, chatId: string): Promise<AssistantRoom | null> {
  return rowOf(await own(db, creator, chatId).first());
}

/** Of two at once only one is kept: the answer is the one that counts. */
export async function keepRoom(db: D1Database, creator: number, room: AssistantRoom): Promise<AssistantRoom> {
  const { room_id, chat_id, conversation_id } = room;
  const [, kept] = await db.batch([
    db
      .prepare(
        "INSERT INTO assistant_rooms (room_id, creator, chat_id, conversation_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      )
      .bind(room_id, creator, chat_id, conversation_id),
    own(db, creator, chat_id),
  ]);
  return Row.parse(kept?.results[0]);
}

const own = (db: D1Database, creator: number, chatId: string): D1PreparedStatement =>
  db
    .prepare("SELECT room_id, chat_id, conversation_id FROM assistant_rooms WHERE creator = ? AND chat_id = ?")
    .bind(creator, chatId);
