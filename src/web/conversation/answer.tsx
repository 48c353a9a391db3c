// A model's answer: running, finished, or ended early with the reason in words.
import { memo } from "react";
import type { TurnView } from "../../client/types.ts";
import { answersEarlierText } from "../../protocol/current.ts";
import type { Message } from "../../protocol/entities.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Logo } from "../ui/icon.tsx";
import { words } from "../words.ts";
import { EndNote } from "./end-note.tsx";
import { Markdown } from "./markdown.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { AskAgain, TryAgain } from "./retry-button.tsx";
import { useRowActions } from "./row-actions.ts";
import { fullTime, stamp } from "./time.ts";
import { turnNote } from "./turn-notes.ts";
import { VariantSwitch } from "./variant-switch.tsx";

interface AnswerRowProps {
  questionId: number;
  /** Null when it is not loaded. */
  question: Message | null;
  text: string;
  /** Null while it is being written. */
  message: Message | null;
  turn: TurnView | null;
  /** Its place among the answers to its question. */
  index: number;
  count: number;
  /** Everyone else sees another one. */
  ownView: boolean;
}

export const AnswerRow = memo(function AnswerRow(props: AnswerRowProps) {
  const { questionId, question, text, message, turn, index, count, ownView } = props;
  const { permissions, choose } = useRowActions();
  const note = turnNote(turn);
  const running = message === null && (note === "running" || note === "waiting");
  const mayRetry = !running && permissions.retry(question);
  const deleted = message?.deleted_at !== undefined;
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
        {deleted ? (
          <p className="answer-deleted">{words.conversation.deleted}</p>
        ) : running && text === "" ? (
          <p className="answer-thinking">{words.turn.thinking}</p>
        ) : (
          <Markdown text={text} growing={running} />
        )}
        {(!running || count > 1) && (
          <footer className="answer-foot">
            {!running && !deleted && note && <EndNote note={note} turn={turn} />}
            <span className="answer-tools">
              {count > 1 && <VariantSwitch index={index} count={count} onIndex={(next) => choose(questionId, next)} />}
              {mayRetry && note && !deleted && <TryAgain questionId={questionId} />}
              {!running && !deleted && <CopyButton label={words.conversation.copyAnswer} text={() => text} />}
              {mayRetry && (!note || deleted) && <AskAgain questionId={questionId} />}
              {message && !deleted && <MessageMenu message={message} question={question} />}
              {message && (
                <time dateTime={message.created_at} title={fullTime(message.created_at)}>
                  {stamp(message.created_at, question?.created_at ?? message.created_at)}
                </time>
              )}
            </span>
            {message && !deleted && question && answersEarlierText(message, question) && (
              <p className="answer-own-view">{words.turn.earlierText}</p>
            )}
            {ownView && <p className="answer-own-view">{words.turn.ownView}</p>}
          </footer>
        )}
      </div>
    </article>
  );
});

/** A turn that ended without any text. */
export function FailureRow({ turn, question }: { turn: TurnView; question: Message }) {
  const { permissions } = useRowActions();
  const note = turnNote(turn);
  return (
    <div className="failure">
      {note && <EndNote note={turn.state === "cancelled" ? "cancelled-before" : note} turn={turn} />}
      {permissions.retry(question) && <TryAgain questionId={question.id} />}
    </div>
  );
}
