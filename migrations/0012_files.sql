-- Files of conversations: which conversation knows about a file, and what each user has stored. Names and types are kept
-- with the messages, bytes in R2.
CREATE TABLE files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_by_user ON files (user_id, created_at);
CREATE INDEX files_by_conversation ON files (conversation_id);

ALTER TABLE messages ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
