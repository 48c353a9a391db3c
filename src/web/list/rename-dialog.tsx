// Gives a conversation another title.
import { type FormEvent, useState } from "react";
import { LIMITS } from "../../protocol/limits.ts";
import type { ConversationListItem } from "../../protocol/rest.ts";
import { useRename } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { words } from "../words.ts";

export function RenameDialog({ item, onClose }: { item: ConversationListItem; onClose: () => void }) {
  const [title, setTitle] = useState(item.title ?? "");
  const rename = useRename();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ id: item.id, title: title.trim() || null }, { onSuccess: onClose });
  };

  return (
    <Dialog title={words.rename.title} open onOpenChange={onClose}>
      <form className="form" onSubmit={submit}>
        <Field
          label={words.rename.label}
          hint={words.rename.hint}
          error={rename.error ? reasonOf(rename.error) : undefined}
        >
          {(control) => (
            <input
              {...control}
              value={title}
              maxLength={LIMITS.title}
              onChange={(event) => setTitle(event.target.value)}
              onFocus={(event) => event.target.select()}
            />
          )}
        </Field>
        <div className="form-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" type="submit" disabled={rename.isPending}>
            {rename.isPending ? words.saving : words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
