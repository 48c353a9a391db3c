// An own message while its text is changed, in its own place.
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";
import { isTooLong, WritingField } from "./writing-field.tsx";

interface MessageEditorProps {
  /** What the message says now. */
  original: string;
  text: string;
  onText: (text: string) => void;
  onSave: (text: string) => Promise<void>;
  onClose: () => void;
}

export function MessageEditor({ original, text, onText, onSave, onClose }: MessageEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const tooLong = isTooLong(text);

  useEffect(() => {
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);

  const save = async () => {
    if (saving || tooLong || text.trim() === "") return;
    if (text === original) return onClose();
    setSaving(true);
    setError(null);
    try {
      await onSave(text);
      onClose();
    } catch (failure) {
      setError(reasonOf(failure));
      setSaving(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose();
  };

  const note = tooLong ? words.composer.tooLong : error;
  return (
    <form
      className="message-editor"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="composer-box">
        <WritingField
          field={field}
          value={text}
          onValue={onText}
          onDone={() => void save()}
          onKeyDown={onKeyDown}
          readOnly={saving}
          aria-label={words.edit.label}
          aria-describedby="editor-note"
          enterKeyHint="done"
        />
      </div>
      <div className="message-editor-foot">
        <p
          id="editor-note"
          className={note ? "composer-note composer-warning" : "composer-note"}
          role={note ? "alert" : undefined}
        >
          {note ?? words.edit.hint}
        </p>
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button look="primary" type="submit" disabled={saving || tooLong || text.trim() === ""}>
          {saving ? words.saving : words.save}
        </Button>
      </div>
    </form>
  );
}
