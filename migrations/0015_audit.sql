-- Who did, or was refused, what concerns people's access. Rows are only added, and go after 400 days. No name, no text, no
-- whole address. Times are epoch milliseconds.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor_id INTEGER,
  actor_role TEXT,
  session TEXT,
  resource TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('allow', 'deny')),
  reason TEXT,
  detail TEXT,
  network TEXT NOT NULL,
  agent TEXT,
  request_id TEXT NOT NULL,
  -- Equal refusals within a minute are one row, by this key.
  count INTEGER NOT NULL DEFAULT 1,
  refusal TEXT UNIQUE
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor_id, id);
