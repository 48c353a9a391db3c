// The line under a conversation's title: who spoke last and the beginning of what was said; pure.
import type { Message } from "../../protocol/entities.ts";
import { plainText, shorten } from "../../protocol/plain-text.ts";
import { words } from "../words.ts";

/** More than a row can show, so that the ellipsis is the browser's. */
const SHOWN = 160;

export function lastLine(message: Message | null): string {
  if (!message) return words.list.noMessages;
  if (message.deleted_at) return words.conversation.deleted;
  const text = shorten(plainText(message.content.slice(0, SHOWN * 2)), SHOWN);
  const author = message.role === "assistant" ? words.assistant : message.author?.name;
  return author ? `${author}: ${text}` : text;
}
