// Where a message is written: grows with its text, Enter sends, the draft is kept for each conversation.
import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { utf8Length } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { IconButton } from "../ui/button.tsx";
import { words } from "../words.ts";
import { keepDraft, readDraft } from "./drafts.ts";

/** A `typing` signal holds for six seconds (protocol.md, Signals): said again while the person goes on. */
const TYPING_AGAIN_MS = LIMITS.typingMs / 2;

interface ComposerProps {
  conversationId: number;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Why nothing can be sent here, in words; null when it can. */
  closed: string | null;
  onSend: (content: string) => void;
  /** Stops the running answer; null when none runs or this person may not. */
  onStop: (() => void) | null;
  onTyping: (on: boolean) => void;
}

export function Composer({ conversationId, field, closed, onSend, onStop, onTyping }: ComposerProps) {
  const [text, setText] = useState(() => readDraft(conversationId));
  const tooLong = utf8Length(text) > LIMITS.messageBytes;
  const sendable = closed === null && text.trim() !== "" && !tooLong;
  const signalTyping = useTypingSignal(onTyping);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text, field]);

  const change = (value: string) => {
    setText(value);
    keepDraft(conversationId, value);
    signalTyping(value.trim() !== "");
  };

  const send = () => {
    if (!sendable) return;
    onSend(text);
    change("");
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // During composition (IME) Enter chooses a candidate; it does not send.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={text}
          placeholder={closed ?? words.composer.placeholder}
          aria-label={words.composer.label}
          aria-describedby="composer-note"
          enterKeyHint="send"
          disabled={closed !== null}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
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
        {tooLong ? words.composer.tooLong : words.composer.hint}
      </p>
    </form>
  );
}

/** Says `typing` when it begins, again while it lasts, and once when it ends. */
function useTypingSignal(onTyping: (on: boolean) => void): (on: boolean) => void {
  const said = useRef(0);
  const signal = (on: boolean) => {
    if (!on) {
      if (said.current > 0) onTyping(false);
      said.current = 0;
    } else if (Date.now() - said.current > TYPING_AGAIN_MS) {
      onTyping(true);
      said.current = Date.now();
    }
  };
  const stop = useEffectEvent(() => signal(false));
  useEffect(() => () => stop(), []);
  return signal;
}
