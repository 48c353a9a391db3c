// A message as it is spoken: who, and the text without its Markdown marks; pure.
import type { Message } from "../../protocol/entities.ts";
import { plainText } from "../../protocol/plain-text.ts";
import { words } from "../words.ts";

export function announcement(message: Pick<Message, "role" | "author" | "content">): string {
  const author =
    message.role === "assistant" ? words.assistant : (message.author?.name ?? words.conversation.formerMember);
  return words.conversation.newMessage(author, plainText(message.content));
}
