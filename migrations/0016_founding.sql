-- The founder's own name for what he begins over Socket.IO: the `client_id` of its first message, or the `chat_id` of a room.
-- A wish that is repeated, also by two tabs at once, finds the same conversation.
ALTER TABLE conversations ADD COLUMN founding TEXT;
CREATE UNIQUE INDEX conversations_by_founding ON conversations (created_by, kind, founding) WHERE founding IS NOT NULL;
