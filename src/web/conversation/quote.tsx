// The message that another one replies to, in one line; a click leads to it.
import type { Message } from "../../protocol/entities.ts";
import { plainText, shorten } from "../../protocol/plain-text.ts";
import { useQuoted } from "../queries.ts";
import { words } from "../words.ts";
import { authorOf } from "./announcement.ts";

const SHOWN = 140;

interface QuoteProps {
  conversationId: number;
  messageId: number;
  /** Null when it is on an earlier page. */
  message: Message | null;
  onOpen: (messageId: number) => void;
}

export function Quote({ conversationId, messageId, message, onOpen }: QuoteProps) {
  const earlier = useQuoted(conversationId, messageId, message === null);
  const quoted = message ?? earlier.data;
  return (
    <button type="button" className="quote" onClick={() => onOpen(messageId)}>
      <span className="quote-author">{quoted ? authorOf(quoted) : words.conversation.quoteUnknown}</span>
      <span className="quote-text" dir="auto">
        {quoted ? quoteText(quoted) : words.conversation.quoteShow}
      </span>
    </button>
  );
}

const quoteText = ({ content, deleted_at }: Message): string =>
  deleted_at ? words.conversation.deleted : shorten(plainText(content), SHOWN);
