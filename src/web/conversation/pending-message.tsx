// An own message that the server has not acknowledged: shown at once, with what is happening to it.
import type { PendingMessage } from "../../client/types.ts";
import { sentence } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";

interface PendingRowProps {
  pending: PendingMessage;
  connected: boolean;
  onResend: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

export function PendingRow({ pending, connected, onResend, onDiscard }: PendingRowProps) {
  const { client_id, content, error } = pending;
  return (
    <article className="message message-own message-pending" data-refused={error !== null}>
      <div className="message-body">
        <h2 className="visually-hidden">{words.you}</h2>
        <div className="bubble">
          <p className="plain-text">{content}</p>
        </div>
        {error ? (
          <div className="message-meta message-refused" role="alert">
            <span>
              {words.pending.refused} {sentence(error)}
            </span>
            <Button look="quiet" icon="retry" onClick={() => onResend(client_id)}>
              {words.tryAgain}
            </Button>
            <Button look="quiet" icon="trash" onClick={() => onDiscard(client_id)}>
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
