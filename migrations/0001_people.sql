-- People, who they are to outside issuers, their logins (mirrored from the user's object), and failed log-ins.
-- Times are epoch milliseconds.

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- As typed; null for people whom only an outside issuer knows.
  username TEXT,
  -- The name by which it is found: NFKC, lower case.
  username_key TEXT UNIQUE,
  name TEXT NOT NULL,
  email TEXT,
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'doctor', 'patient', 'hospital', 'member')),
  password TEXT,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;

CREATE TABLE subjects (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE login_sessions (
  sid TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL,
  device TEXT,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX login_sessions_by_user ON login_sessions (user_id, created_at);

-- One row an account or address (both hashed) with failures in its running window.
CREATE TABLE login_failures (
  key TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
