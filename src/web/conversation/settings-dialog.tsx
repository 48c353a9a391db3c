// Title, model, instructions and when the assistant answers.
import { type FormEvent, useId, useState } from "react";
import type { ConversationHandle } from "../../client/types.ts";
import type { Conversation } from "../../protocol/entities.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { useModels } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { words } from "../words.ts";

const MODES = ["always", "mention", "off"] as const;

interface SettingsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  settings: Conversation;
  canChange: boolean;
  conversation: Pick<ConversationHandle, "configure">;
}

export function SettingsDialog({ open, onOpenChange, ...form }: SettingsDialogProps) {
  return (
    <Dialog title={words.settings.title} open={open} onOpenChange={onOpenChange}>
      <SettingsForm {...form} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

type SettingsFormProps = Pick<SettingsDialogProps, "settings" | "canChange" | "conversation"> & { onDone: () => void };

function SettingsForm({ settings, canChange, conversation, onDone }: SettingsFormProps) {
  const [title, setTitle] = useState(settings.title ?? "");
  const [model, setModel] = useState(settings.model ?? "");
  const [instructions, setInstructions] = useState(settings.instructions ?? "");
  const [mode, setMode] = useState(settings.assistant_mode);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const modeName = useId();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    setError(null);
    try {
      await conversation.configure({
        title: title.trim() || null,
        model: model || null,
        instructions: instructions.trim() || null,
        assistant_mode: mode,
      });
      onDone();
    } catch (failure) {
      setError(reasonOf(failure));
    } finally {
      setSaving(false);
    }
  };

  return (
    <form className="form" onSubmit={(event) => void save(event)}>
      {!canChange && <p className="dialog-note">{words.settings.readOnly}</p>}
      <fieldset disabled={!canChange || saving}>
        <Field label={words.settings.titleLabel}>
          {(control) => (
            <input
              {...control}
              value={title}
              maxLength={LIMITS.title}
              placeholder={words.list.untitled}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <ModelField value={model} onChange={setModel} />
        <Field label={words.settings.instructions} hint={words.settings.instructionsHint}>
          {(control) => (
            <textarea
              {...control}
              rows={4}
              value={instructions}
              maxLength={LIMITS.instructions}
              onChange={(event) => setInstructions(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="choices">
          <legend>{words.settings.mode}</legend>
          {MODES.map((each) => (
            <div key={each} className="choice">
              <label>
                <input
                  type="radio"
                  name={modeName}
                  checked={mode === each}
                  aria-describedby={`${modeName}-${each}`}
                  onChange={() => setMode(each)}
                />
                {words.settings.modes[each]}
              </label>
              <p id={`${modeName}-${each}`} className="field-hint">
                {words.settings.modeHints[each]}
              </p>
            </div>
          ))}
        </fieldset>
      </fieldset>
      {error && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      {canChange && (
        <div className="form-actions">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button look="primary" type="submit" disabled={saving}>
            {saving ? words.saving : words.save}
          </Button>
        </div>
      )}
    </form>
  );
}

/** Models that can be used here; one that is set but gone from the catalogue stays choosable. */
function ModelField({ value, onChange }: { value: string; onChange: (model: string) => void }) {
  const models = useModels();
  const usable = models.data?.filter((model) => model.configured).map((model) => model.name) ?? [];
  const names = value === "" || usable.includes(value) ? usable : [value, ...usable];
  const standard = models.data?.find((model) => model.default)?.name;
  return (
    <Field label={words.settings.model} error={models.isError ? words.settings.modelsFailed : undefined}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">
            {standard ? `${words.settings.modelDefault} (${standard})` : words.settings.modelDefault}
          </option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
