-- When a message was first seen whole, as the seq of the event that brought it: an answer's number is given when its turn
-- begins, and others may write before it has ended. What came after a member's `read_seq` is unread.

ALTER TABLE messages ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;

-- The seq of what was edited or deleted is that of the change: it counts as having been there before everything else.
UPDATE messages SET arrived = seq WHERE edited_at IS NULL AND deleted_at IS NULL;
UPDATE members SET read_seq = (
  SELECT coalesce(max(x.arrived), 0) FROM messages x
  WHERE x.conversation_id = members.conversation_id AND x.id <= members.read_id
) WHERE read_id > 0;

CREATE INDEX messages_arrivals ON messages (conversation_id, arrived);
