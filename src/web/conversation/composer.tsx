// Where a message is written: grows with its text, Enter sends, the draft is kept for each conversation.
import { type KeyboardEvent, type ReactNode, type RefObject, useState } from "react";
import type { Conversation } from "../../protocol/entities.ts";
import { mentionsAssistant } from "../../protocol/mention.ts";
import { IconButton } from "../ui/button.tsx";
import { words } from "../words.ts";
import { keepDraft, readDraft } from "./drafts.ts";
import { useMention } from "./use-mention.ts";
import { useTypingSignal } from "./use-typing-signal.ts";
import { isTooLong, WritingField } from "./writing-field.tsx";

type Mode = Conversation["assistant_mode"];

interface ComposerProps {
  conversationId: number;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Why nothing can be sent here, in words; null when it can. */
  closed: string | null;
  /** When the assistant answers. */
  mode: Mode;
  /** What the message replies to. */
  quote: ReactNode;
  onSend: (content: string) => void;
  /** Stops the running answer; null when none runs or this person may not. */
  onStop: (() => void) | null;
  onTyping: (on: boolean) => void;
  /** Escape in the field. */
  onEscape: () => void;
  /** ↑ in the empty field. */
  onEditLast: () => void;
}

export function Composer(props: ComposerProps) {
  const { conversationId, field, closed, mode, quote, onSend, onStop, onTyping, onEscape, onEditLast } = props;
  const [text, setText] = useState(() => readDraft(conversationId));
  const tooLong = isTooLong(text);
  const sendable = closed === null && text.trim() !== "" && !tooLong;
  const signalTyping = useTypingSignal(onTyping);

  const change = (value: string) => {
    setText(value);
    keepDraft(conversationId, value);
    signalTyping(value.trim() !== "");
  };
  const mention = useMention(field, mode === "mention", text, change);
  const send = () => {
    if (!sendable) return;
    onSend(text);
    change("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    mention.onKeyDown(event);
    if (event.defaultPrevented) return;
    if (event.key === "Escape") onEscape();
    if (event.key !== "ArrowUp" || event.altKey || event.shiftKey || text !== "") return;
    event.preventDefault();
    onEditLast();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {mention.begun && (
        <button type="button" className="mention" onClick={mention.complete}>
          <strong>@assistant</strong>
          <span>{words.composer.mention}</span>
          <kbd>Tab</kbd>
        </button>
      )}
      <div className="composer-box">
        {quote}
        <WritingField
          field={field}
          value={text}
          onValue={change}
          onDone={send}
          placeholder={closed ?? words.composer.placeholders[mode]}
          aria-label={words.composer.label}
          aria-describedby="composer-note"
          enterKeyHint="send"
          disabled={closed !== null}
          onKeyDown={onKeyDown}
          onSelect={(event) => mention.onCaret(event.currentTarget.selectionStart)}
          onBlur={() => signalTyping(false)}
        />
        {onStop && <IconButton className="composer-stop" icon="stop" label={words.composer.stop} onClick={onStop} />}
        <IconButton
          className="composer-send"
          icon="send"
          label={words.composer.send}
          type="submit"
          disabled={!sendable}
        />
      </div>
      <p id="composer-note" className={tooLong ? "composer-note composer-warning" : "composer-note"}>
        {tooLong ? words.composer.tooLong : `${whoAnswers(mode, text)} ${words.composer.hint}`}
      </p>
      <span className="visually-hidden" role="status">
        {mention.begun ? words.composer.mentionSpoken : ""}
      </span>
    </form>
  );
}

/** Said where the writer may wonder. */
function whoAnswers(mode: Mode, text: string): string {
  if (mode === "always") return "";
  if (mode === "off") return words.composer.answersNone;
  return mentionsAssistant(text) ? words.composer.answersThis : words.composer.answersMentions;
}
