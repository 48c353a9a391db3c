// One person's message: own ones to the right, others with their face and name.
import { memo } from "react";
import type { Message } from "../../protocol/entities.ts";
import { Avatar } from "../ui/avatar.tsx";
import { words } from "../words.ts";
import { clockTime, fullTime } from "./time.ts";

interface MessageRowProps {
  message: Message;
  own: boolean;
  /** Follows another of the same author closely: no second heading. */
  continued: boolean;
  queued: boolean;
}

export const MessageRow = memo(function MessageRow({ message, own, continued, queued }: MessageRowProps) {
  const author = message.author?.name ?? words.conversation.formerMember;
  return (
    <article className={`message ${own ? "message-own" : "message-other"}`} data-continued={continued}>
      {!own &&
        (continued ? <span className="avatar-gap" /> : <Avatar id={message.author?.user_id ?? 0} name={author} />)}
      <div className="message-body">
        <h2 className={own || continued ? "visually-hidden" : "message-author"}>{own ? words.you : author}</h2>
        <div className="bubble">
          {message.deleted_at ? <em>{words.conversation.deleted}</em> : <p className="plain-text">{message.content}</p>}
        </div>
        <p className="message-meta">
          <time dateTime={message.created_at} title={fullTime(message.created_at)}>
            {clockTime(message.created_at)}
          </time>
          {message.edited_at && <span>{words.conversation.edited}</span>}
          {queued && <span>{words.turn.queued}</span>}
        </p>
      </div>
    </article>
  );
});
