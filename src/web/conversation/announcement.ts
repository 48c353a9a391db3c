// A message as it is spoken: who, and the text without its Markdown marks; pure.
import type { Message } from "../../protocol/entities.ts";
import { plainText } from "../../protocol/plain-text.ts";
import { words } from "../words.ts";

type Said = Pick<Message, "role" | "author" | "content">;

export const announcement = (message: Said): string =>
  words.conversation.newMessage(authorOf(message), plainText(message.content));

/** The name to show above a message. */
export const authorOf = ({ role, author }: Pick<Said, "role" | "author">): string =>
  role === "assistant" ? words.assistant : (author?.name ?? words.conversation.formerMember);
