-- Keys of services, and links by which a password is set anew. Of both only the SHA-256 of 256 random bits is kept.

CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- JSON list
  scopes TEXT NOT NULL,
  created_by INTEGER NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;

-- One a user: a new link voids the one before.
CREATE TABLE password_resets (
  user_id INTEGER PRIMARY KEY REFERENCES users (id),
  hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT;
