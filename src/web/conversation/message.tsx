// One person's message: own ones to the right, others with their face and name.
import { memo } from "react";
import type { Message } from "../../protocol/entities.ts";
import { Avatar } from "../ui/avatar.tsx";
import { words } from "../words.ts";
import { authorOf } from "./announcement.ts";
import type { Edit } from "./drafts.ts";
import { MessageEditor } from "./message-editor.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { Quote } from "./quote.tsx";
import { useRowActions } from "./row-actions.ts";
import { clockTime, fullTime, stamp } from "./time.ts";

interface MessageRowProps {
  message: Message;
  /** What it replies to, if that is loaded. */
  quoted: Message | null;
  own: boolean;
  continued: boolean;
  queued: boolean;
  /** While its text is being changed. */
  edit: Edit | null;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, quoted, own, continued, queued, edit } = props;
  const { conversationId, goTo, changeEdit, saveEdit, endEdit } = useRowActions();
  const author = authorOf(message);
  // What somebody has typed does not go with the message.
  const editing = edit !== null && (!message.deleted_at || edit.text !== edit.from);
  return (
    <article className={`message ${own ? "message-own" : "message-other"}`} data-editing={editing}>
      {!own &&
        (continued ? <span className="avatar-gap" /> : <Avatar id={message.author?.user_id ?? 0} name={author} />)}
      <div className="message-body">
        <h2 className={own || continued ? "visually-hidden" : "message-author"}>{own ? words.you : author}</h2>
        {editing ? (
          <MessageEditor
            message={message}
            edit={edit}
            onEdit={changeEdit}
            onSave={(text) => saveEdit(message, text)}
            onClose={endEdit}
          />
        ) : (
          <div className="bubble" data-deleted={message.deleted_at !== undefined}>
            {message.reply_to !== null && !message.deleted_at && (
              <Quote conversationId={conversationId} messageId={message.reply_to} message={quoted} onOpen={goTo} />
            )}
            <p className="plain-text" dir="auto">
              {message.deleted_at ? words.conversation.deleted : message.content}
            </p>
          </div>
        )}
        {!editing && (
          <p className="message-meta">
            <time dateTime={message.created_at} title={fullTime(message.created_at)}>
              {clockTime(message.created_at)}
            </time>
            {message.edited_at && (
              <time dateTime={message.edited_at} title={fullTime(message.edited_at)}>
                {words.conversation.edited(stamp(message.edited_at, message.created_at))}
              </time>
            )}
            {queued && <span>{words.turn.queued}</span>}
            {!message.deleted_at && <MessageMenu message={message} question={null} />}
          </p>
        )}
      </div>
    </article>
  );
});
