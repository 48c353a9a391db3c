// Any event: begun with an example, and sent as it was changed.
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import type { Example } from "./dialects.ts";
import { text } from "./words.ts";

interface EventFormProps {
  examples: readonly Example[];
  /** The dialect has acknowledgements that one may ask for or not. */
  acknowledges: boolean;
  open: boolean;
  onSend: (event: string, payload: unknown, acknowledge: boolean) => void;
}

interface Draft {
  event: string;
  payload: string;
}

export function EventForm({ examples, acknowledges, open, onSend }: EventFormProps) {
  const [chosen, setChosen] = useState(0);
  /** Null: the example as it is, also when what it speaks of changes. */
  const [changed, setChanged] = useState<Draft | null>(null);
  const [acknowledge, setAcknowledge] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const draft = changed ?? drafted(examples[chosen]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const payload = parsed(draft.payload);
    setError(payload.ok ? null : text.noJson(payload.reason));
    if (payload.ok) onSend(draft.event, payload.value, acknowledges && acknowledge);
  };
  return (
    <form className="form console-card" onSubmit={submit}>
      <h2>{text.event}</h2>
      <div className="console-pair">
        <Field label={text.example}>
          {(control) => (
            <Select
              {...control}
              value={chosen}
              options={examples.map(({ event, payload }, value) => ({ value, label: labelOf(event, payload) }))}
              onValue={(index) => {
                setChosen(index);
                setChanged(null);
                setError(null);
              }}
            />
          )}
        </Field>
        <Field label={text.name}>
          {(control) => (
            <input
              {...control}
              value={draft.event}
              spellCheck={false}
              onChange={(event) => setChanged({ ...draft, event: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field label={text.payload} error={error ?? undefined}>
        {(control) => (
          <textarea
            {...control}
            className="console-code"
            rows={7}
            spellCheck={false}
            value={draft.payload}
            onChange={(event) => setChanged({ ...draft, payload: event.target.value })}
          />
        )}
      </Field>
      <div className="console-send">
        {acknowledges && (
          <label>
            <input type="checkbox" checked={acknowledge} onChange={(event) => setAcknowledge(event.target.checked)} />
            {text.acknowledge}
          </label>
        )}
        <Button look="primary" icon="send" type="submit" disabled={!open || draft.event.trim() === ""}>
          {text.send}
        </Button>
      </div>
    </form>
  );
}

const drafted = (example: Example | undefined): Draft => ({
  event: example?.event ?? "",
  payload: JSON.stringify(example?.payload ?? {}, null, 2),
});

/** Two examples of one event differ in what they carry. */
const labelOf = (event: string, payload: unknown): string =>
  event === "chat" && typeof payload === "object" && payload !== null && !("conversation_id" in payload)
    ? `${event} (${text.makeConversation.toLowerCase()})`
    : event;

function parsed(json: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
