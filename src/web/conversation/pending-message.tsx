// An own message that the server has not acknowledged: shown at once, with what is happening to it.
import type { PendingMessage } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { sentence } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";
import { Quote } from "./quote.tsx";
import { useRowActions } from "./row-actions.ts";

interface PendingRowProps {
  pending: PendingMessage;
  quoted: Message | null;
  connected: boolean;
}

export function PendingRow({ pending, quoted, connected }: PendingRowProps) {
  const { client_id, content, reply_to, error } = pending;
  const { conversationId, goTo, resend, discard } = useRowActions();
  return (
    <article className="message message-own message-pending" data-refused={error !== null}>
      <div className="message-body">
        <h2 className="visually-hidden">{words.you}</h2>
        <div className="bubble">
          {reply_to !== null && (
            <Quote conversationId={conversationId} messageId={reply_to} message={quoted} onOpen={goTo} />
          )}
          <p className="plain-text" dir="auto">
            {content}
          </p>
        </div>
        {error ? (
          <div className="message-meta message-refused" role="alert">
            <span>
              {words.pending.refused} {sentence(error)}
            </span>
            <Button look="quiet" icon="retry" onClick={() => resend(client_id)}>
              {words.tryAgain}
            </Button>
            <Button look="quiet" icon="trash" onClick={() => discard(client_id)}>
              {words.pending.discard}
            </Button>
          </div>
        ) : (
          <p className="message-meta">{connected ? words.pending.sending : words.pending.waiting}</p>
        )}
      </div>
    </article>
  );
}
