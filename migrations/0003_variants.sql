-- A question's current answer among its variants, with the seq of the event that made it current.

ALTER TABLE messages ADD COLUMN answer_id INTEGER;
ALTER TABLE messages ADD COLUMN answer_seq INTEGER NOT NULL DEFAULT 0;

UPDATE messages SET answer_id = newest.id
  FROM (SELECT conversation_id, reply_to, max(id) AS id FROM messages WHERE role = 'assistant'
        GROUP BY conversation_id, reply_to) AS newest
  WHERE messages.conversation_id = newest.conversation_id AND messages.id = newest.reply_to;

-- The list finds it by what is deleted and current now.
ALTER TABLE conversations DROP COLUMN last_message_id;
