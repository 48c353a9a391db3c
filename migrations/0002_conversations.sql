-- The read side of conversations. Their objects write first; only their outboxes write here, in order and idempotently:
-- every row carries the seq of the event it comes from, and a lower seq never overwrites a higher one. A batch that comes
-- after the erasure of its conversation finds no conversation and changes nothing.

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  title TEXT,
  model TEXT,
  instructions TEXT,
  assistant_mode TEXT NOT NULL DEFAULT 'always',
  temperature REAL,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  active_at INTEGER NOT NULL,
  last_message_id INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE members (
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  read_id INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id, conversation_id) WHERE removed = 0;

CREATE TABLE messages (
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  id INTEGER NOT NULL,
  role TEXT NOT NULL,
  user_id INTEGER,
  name TEXT,
  content TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  turn_id INTEGER,
  reply_to INTEGER,
  client_id TEXT,
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted_at INTEGER,
  seq INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, id)
) STRICT;

CREATE TABLE turns (
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  id INTEGER NOT NULL,
  question_id INTEGER NOT NULL,
  answer_id INTEGER,
  user_id INTEGER,
  state TEXT NOT NULL,
  model TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  finish_reason TEXT,
  usage TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  seq INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, id)
) STRICT;

-- The billing ledger: one row a call to a provider.
CREATE TABLE attempts (
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  turn_id INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  reason TEXT NOT NULL,
  model TEXT NOT NULL,
  start INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT,
  usage TEXT,
  started_at INTEGER NOT NULL,
  first_token_at INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (conversation_id, turn_id, attempt)
) STRICT, WITHOUT ROWID;

-- Receipts of erasures; they hold nothing of anybody.
CREATE TABLE erasures (
  conversation_id INTEGER PRIMARY KEY,
  erased_at INTEGER NOT NULL
) STRICT;
