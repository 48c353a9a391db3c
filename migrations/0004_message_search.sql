-- Full-text search: one row a message, numbered conversation << 24 | message. Messages of a conversation beyond number
-- 16,777,215 are stored and shown like all others, but not found. The terms (lib/terms.ts) are each headed by their
-- conversation, as in "42:hello": a search reads nothing of other conversations, whatever is in them. The tokenizer takes
-- terms as they are: `ascii` counts every character outside ASCII as part of a token.
CREATE VIRTUAL TABLE search_terms USING fts5(
  terms, detail = none, columnsize = 0, tokenize = "ascii tokenchars '-._,:/'"
);

-- What is deleted leaves the index at once, not with some later merge (decision 032).
INSERT INTO search_terms (search_terms, rank) VALUES ('secure-delete', 1);

-- When each message was written, without its text: the order of what is found.
CREATE INDEX messages_times ON messages (conversation_id, id, created_at);
