-- Full-text search: one row a message, its distinct terms (src/lib/terms.ts) parted by spaces. The row's id is
-- conversation * 2^24 + message, so that a conversation is a range of ids. Terms hold no white space, and the tokenizer
-- leaves them as they are: `ascii` takes every other character outside ASCII as part of a token.
CREATE VIRTUAL TABLE message_search USING fts5 (
  terms, detail = none, tokenize = "ascii tokenchars '-._,:/'"
);
-- What is deleted leaves the index at once, not when its segments are merged some day.
INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', 1);
