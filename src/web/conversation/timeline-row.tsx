// One row of the timeline, by its kind.
import type { ConversationHandle } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { plainText, shorten } from "../../protocol/plain-text.ts";
import { words } from "../words.ts";
import { AnswerRow, FailureRow } from "./answer.tsx";
import { MessageRow } from "./message.tsx";
import { PendingRow } from "./pending-message.tsx";
import { dayName } from "./time.ts";
import type { TimelineItem } from "./timeline.ts";

interface TimelineRowProps {
  item: TimelineItem;
  userId: number | null;
  canRetry: boolean;
  connected: boolean;
  conversation: Pick<ConversationHandle, "resend" | "discard">;
  onRetry: (questionId: number) => void;
}

export function TimelineRow({ item, userId, canRetry, connected, conversation, onRetry }: TimelineRowProps) {
  const retryOf = (question: Message | null) =>
    canRetry && question !== null && question.author?.user_id === userId ? () => onRetry(question.id) : null;

  switch (item.kind) {
    case "day":
      return (
        <p className="day">
          <time dateTime={item.date}>{dayName(item.date, new Date())}</time>
        </p>
      );
    case "message":
      return (
        <div data-row>
          <MessageRow
            message={item.message}
            own={item.own}
            continued={item.continued}
            queued={item.note === "queued"}
          />
        </div>
      );
    case "answer":
      if (item.superseded)
        return (
          <details className="superseded" data-row>
            <summary>{words.turn.superseded}</summary>
            <AnswerRow text={item.text} message={item.message} turn={item.turn} about={null} onRetry={null} />
          </details>
        );
      return (
        <div data-row>
          <AnswerRow
            text={item.text}
            message={item.message}
            turn={item.turn}
            about={
              item.apart && item.question
                ? words.conversation.answerTo(shorten(plainText(item.question.content), 80))
                : null
            }
            onRetry={retryOf(item.question)}
          />
        </div>
      );
    case "failure":
      return <FailureRow turn={item.turn} onRetry={retryOf(item.question)} />;
    case "pending":
      return (
        <PendingRow
          pending={item.pending}
          connected={connected}
          onResend={(clientId) => conversation.resend(clientId)}
          onDiscard={(clientId) => conversation.discard(clientId)}
        />
      );
    default:
      return item satisfies never;
  }
}
