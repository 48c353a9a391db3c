// A field that messages are written in: grows with its text, Enter is done, Shift + Enter a new line.
import { type ComponentPropsWithRef, type KeyboardEvent, type RefObject, useLayoutEffect } from "react";
import { utf8Length } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";

interface WritingFieldProps extends Omit<ComponentPropsWithRef<"textarea">, "value" | "onChange" | "ref"> {
  field: RefObject<HTMLTextAreaElement | null>;
  value: string;
  onValue: (value: string) => void;
  onDone: () => void;
}

export function WritingField({ field, value, onValue, onDone, onKeyDown, ...rest }: WritingFieldProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [value, field]);

  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // During composition (IME) keys choose a candidate; they do not send, cancel or complete.
    if (event.nativeEvent.isComposing) return;
    onKeyDown?.(event);
    if (event.defaultPrevented || event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    onDone();
  };
  return (
    <textarea
      {...rest}
      ref={field}
      rows={1}
      dir="auto"
      value={value}
      onChange={(event) => onValue(event.target.value)}
      onKeyDown={onKey}
    />
  );
}

export const isTooLong = (text: string): boolean => utf8Length(text) > LIMITS.messageBytes;
