// Which messages a list counts as unread and shows as the last one: those that are not deleted, and of several answers to a
// question only the current one (none while an edited question waits for its new answer). Their order is `arrived`: an
// answer arrives when it has ended, whatever its number.

/** `FROM … WHERE …` over the messages `x`, in D1 or in a conversation's object. */
export const listed = (table: "message" | "messages"): string => {
  const same = table === "messages" ? "AND q.conversation_id = x.conversation_id" : "";
  return `FROM ${table} x LEFT JOIN ${table} q ON x.role = 'assistant' AND q.id = x.reply_to ${same}
    WHERE x.deleted_at IS NULL AND (q.answer_id = x.id OR (q.answer_id IS NULL AND q.edited_at IS NULL))`;
};
