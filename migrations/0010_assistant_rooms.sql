-- Rooms of the assistant rooms' clients: their own names for conversations.
CREATE TABLE assistant_rooms (
  room_id TEXT PRIMARY KEY,
  creator INTEGER NOT NULL,
  chat_id TEXT NOT NULL,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  UNIQUE (creator, chat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assistant_rooms_by_chat ON assistant_rooms (chat_id);
