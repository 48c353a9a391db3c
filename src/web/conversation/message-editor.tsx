// An own message while its text is changed, in its own place.
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Message } from "../../protocol/entities.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";
import type { Edit } from "./drafts.ts";
import { isTooLong, WritingField } from "./writing-field.tsx";

interface MessageEditorProps {
  message: Message;
  edit: Edit;
  onEdit: (edit: Edit) => void;
  onSave: (text: string) => Promise<void>;
  onClose: () => void;
}

export function MessageEditor({ message, edit, onEdit, onSave, onClose }: MessageEditorProps) {
  const { text } = edit;
  const field = useRef<HTMLTextAreaElement>(null);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const tooLong = isTooLong(text);
  const gone = message.deleted_at !== undefined;
  const savable = !saving && !gone && !tooLong && text.trim() !== "";

  useEffect(() => {
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);

  const save = async () => {
    if (!savable) return;
    if (text === message.content) return onClose();
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

  const note = tooLong ? words.composer.tooLong : (elsewhere(message, edit) ?? error);
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
          onValue={(next) => onEdit({ ...edit, text: next })}
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
        <Button look="primary" type="submit" disabled={!savable}>
          {saving ? words.saving : words.save}
        </Button>
      </div>
    </form>
  );
}

/** What happened to the message while its text was being changed here. */
function elsewhere({ content, deleted_at }: Message, { text, from }: Edit): string | null {
  if (deleted_at) return words.edit.deletedMeanwhile;
  return content === from || content === text ? null : words.edit.changedMeanwhile(content);
}
