// In whose words, over which transport, and to what: then one connects.
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import {
  DIALECT_NAMES,
  DIALECTS,
  type DialectName,
  type Places,
  TRANSPORT_NAMES,
  type TransportName,
} from "./dialects.ts";
import { restOf, type Setup } from "./open-line.ts";
import { text } from "./words.ts";

const SPOKEN = DIALECT_NAMES.map((value) => ({ value, label: text.dialects[value] }));
const way = (value: TransportName) => ({ value, label: text.transports[value] });
const WAYS = TRANSPORT_NAMES.map(way);
const INTERVIEW_WAYS = [...WAYS, way("plain")];
/** Edgewise's own frames have no other. */
const ONE_WAY = [way("websocket")];

interface ConnectionFormProps {
  host: string;
  token: string;
  dialect: DialectName;
  onDialect: (dialect: DialectName) => void;
  places: Places;
  onPlaces: (places: Places) => void;
  /** There is a connection, or it is being made. */
  busy: boolean;
  onConnect: (setup: Setup) => void;
}

export function ConnectionForm({
  host,
  token,
  dialect,
  onDialect,
  places,
  onPlaces,
  busy,
  onConnect,
}: ConnectionFormProps) {
  const [chosen, setTransport] = useState<TransportName>("websocket");
  const [entity, setEntity] = useState("");
  const interview = dialect === "interview";
  const transport = chosen === "plain" && !interview ? "websocket" : chosen;
  const make = useMutation({
    mutationFn: async () => {
      const rest = restOf(host, token);
      if (interview) return { conversation: (await rest.interviews.start()).session_id };
      if (dialect !== "documents") return { conversation: (await rest.conversations.create({ title: text.title })).id };
      const { id: project } = await rest.projects.create({ name: text.title });
      return { project, conversation: (await rest.projects.createChat(project, { title: text.title })).id };
    },
    onSuccess: (made) => onPlaces({ ...places, ...made }),
  });
  const placed = !DIALECTS[dialect].bound || places.conversation > 0;
  const ready = !busy && placed && token !== "" && host === location.origin;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) onConnect({ transport, entity });
  };

  return (
    <form className="form console-card" onSubmit={submit}>
      <h2>{text.connection}</h2>
      <fieldset disabled={busy}>
        <div className="console-pair">
          <Field label={text.dialect}>
            {(control) => <Select {...control} value={dialect} options={SPOKEN} onValue={onDialect} />}
          </Field>
          <Field label={text.transport}>
            {(control) =>
              DIALECTS[dialect].namespace === null ? (
                <Select {...control} value="websocket" options={ONE_WAY} onValue={setTransport} />
              ) : (
                <Select
                  {...control}
                  value={transport}
                  options={interview ? INTERVIEW_WAYS : WAYS}
                  onValue={setTransport}
                />
              )
            }
          </Field>
        </div>
      </fieldset>
      {dialect === "assistant_rooms" ? (
        <Field label={text.room} hint={text.roomHint}>
          {(control) => (
            <input
              {...control}
              value={places.room}
              spellCheck={false}
              onChange={(event) => onPlaces({ ...places, room: event.target.value.trim() })}
            />
          )}
        </Field>
      ) : (
        <div className="console-pair">
          <Field
            label={interview ? text.session : text.conversation}
            error={make.error ? reasonOf(make.error) : undefined}
          >
            {(control) => (
              <input
                {...control}
                type="number"
                min={1}
                value={places.conversation || ""}
                onChange={(event) => onPlaces({ ...places, conversation: event.target.valueAsNumber || 0 })}
              />
            )}
          </Field>
          <Button disabled={token === "" || make.isPending} onClick={() => make.mutate()}>
            {interview ? text.makeSession : dialect === "documents" ? text.makeProject : text.makeConversation}
          </Button>
        </div>
      )}
      {interview && (
        <Field label={text.entity}>
          {(control) => (
            <input
              {...control}
              value={entity}
              inputMode="numeric"
              onChange={(event) => setEntity(event.target.value.trim())}
            />
          )}
        </Field>
      )}
      <Button look="primary" type="submit" disabled={!ready}>
        {text.connect}
      </Button>
    </form>
  );
}
