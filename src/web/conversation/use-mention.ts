// Offers to complete @assistant while it is written.
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { completeMention, mentionStart } from "./mention.ts";

interface Mention {
  /** There is one to complete. */
  begun: boolean;
  complete: () => void;
  /** To be told where the caret stands, after every move. */
  onCaret: (caret: number) => void;
  /** Tab and Enter complete it, Escape declines; others are left alone. */
  onKeyDown: (event: KeyboardEvent) => void;
}

export function useMention(
  field: RefObject<HTMLTextAreaElement | null>,
  wanted: boolean,
  text: string,
  onText: (text: string) => void,
): Mention {
  const [caret, setCaret] = useState(0);
  /** Where the one begins that was declined. */
  const [declined, setDeclined] = useState<number | null>(null);
  const goOn = useRef<number | null>(null);
  const start = wanted ? mentionStart(text, caret) : null;
  const begun = start !== null && start !== declined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once the completed text is in the field
  useLayoutEffect(() => {
    if (goOn.current !== null) field.current?.setSelectionRange(goOn.current, goOn.current);
    goOn.current = null;
  }, [text, field]);

  const complete = () => {
    if (start === null) return;
    const done = completeMention(text, start, caret);
    goOn.current = done.caret;
    onText(done.text);
    setCaret(done.caret);
    field.current?.focus();
  };
  const onCaret = (at: number) => {
    setCaret(at);
    if (mentionStart(text, at) === null) setDeclined(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!begun || event.shiftKey) return;
    if (event.key === "Tab" || event.key === "Enter") complete();
    else if (event.key === "Escape") setDeclined(start);
    else return;
    event.preventDefault();
  };
  return { begun, complete, onCaret, onKeyDown };
}
