// A model's answer: running, finished, or ended early with the reason in words.
import { memo } from "react";
import type { TurnView } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon, Logo } from "../ui/icon.tsx";
import { words } from "../words.ts";
import { Markdown } from "./markdown.tsx";
import { clockTime, fullTime } from "./time.ts";
import { type TurnNote, turnNote } from "./turn-notes.ts";

interface AnswerRowProps {
  text: string;
  message: Message | null;
  turn: TurnView | null;
  /** The question, when the answer does not stand right under it. */
  about: string | null;
  /** Asks the model again; null where this person may not. */
  onRetry: (() => void) | null;
}

export const AnswerRow = memo(function AnswerRow({ text, message, turn, about, onRetry }: AnswerRowProps) {
  const note = turnNote(turn);
  const running = note === "running" || note === "waiting";
  return (
    <article className="answer" aria-busy={running} data-state={running ? "running" : "ended"}>
      <span className="answer-mark">
        <Logo />
      </span>
      <div className="answer-body">
        <h2 className="message-author">
          {words.assistant}
          {turn && <span className="answer-model">{turn.model}</span>}
        </h2>
        {about !== null && <p className="answer-about">{about}</p>}
        {running && text === "" ? (
          <p className="answer-thinking">{words.turn.thinking}</p>
        ) : (
          <Markdown text={text} growing={running} />
        )}
        {!running && (
          <footer className="answer-foot">
            {note && <EndNote note={note} turn={turn} />}
            <span className="answer-tools">
              {note && onRetry && (
                <Button icon="retry" onClick={onRetry}>
                  {words.tryAgain}
                </Button>
              )}
              <CopyButton label={words.conversation.copyAnswer} text={() => text} />
              {!note && onRetry && <IconButton icon="retry" label={words.turn.again} onClick={onRetry} />}
              {message && (
                <time dateTime={message.created_at} title={fullTime(message.created_at)}>
                  {clockTime(message.created_at)}
                </time>
              )}
            </span>
          </footer>
        )}
      </div>
    </article>
  );
});

/** A turn that ended without any text. */
export function FailureRow({ turn, onRetry }: { turn: TurnView; onRetry: (() => void) | null }) {
  const note = turnNote(turn);
  return (
    <div className="failure">
      {note && <EndNote note={turn.state === "cancelled" ? "cancelled-before" : note} turn={turn} />}
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          {words.tryAgain}
        </Button>
      )}
    </div>
  );
}

function EndNote({ note, turn }: { note: TurnNote | "cancelled-before"; turn: TurnView | null }) {
  const reason = noteReason(note, turn);
  if (reason === null) return null;
  const calm = note === "cancelled" || note === "cancelled-before" || note === "truncated";
  return (
    <p className="end-note" data-calm={calm}>
      <Icon name={calm ? "stop" : "alert"} />
      {reason}
    </p>
  );
}

function noteReason(note: TurnNote | "cancelled-before", turn: TurnView | null): string | null {
  switch (note) {
    case "cancelled":
      return words.turn.cancelled;
    case "cancelled-before":
      return words.turn.cancelledBefore;
    case "interrupted":
      return words.turn.interrupted;
    case "truncated":
      return words.turn.truncated;
    case "filtered":
      return words.turn.filtered;
    case "failed":
      return `${words.turn.failed} ${failure(turn)}`.trim();
    case "queued":
    case "running":
    case "waiting":
      return null;
    default:
      return note satisfies never;
  }
}

const failure = (turn: TurnView | null): string =>
  turn?.error ? (words.turn.reasons[turn.error.code] ?? turn.error.message) : "";
