// Over the message field: what the next message replies to.
import type { Message } from "../../protocol/entities.ts";
import { IconButton } from "../ui/button.tsx";
import { words } from "../words.ts";
import { Quote } from "./quote.tsx";

interface ReplyBarProps {
  conversationId: number;
  messageId: number;
  message: Message | null;
  onOpen: (messageId: number) => void;
  onClose: () => void;
}

export function ReplyBar({ onClose, ...quote }: ReplyBarProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="reply-bar" role="group" aria-label={words.composer.replyingTo}>
      <Quote {...quote} />
      <IconButton icon="close" label={words.composer.endReply} onClick={onClose} />
    </div>
  );
}
