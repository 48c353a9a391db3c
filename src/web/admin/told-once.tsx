// A secret that the server tells this once: to be copied now.
import { CopyButton } from "../ui/copy-button.tsx";
import { Field } from "../ui/field.tsx";
import { text } from "./words.ts";

interface ToldOnceProps {
  label: string;
  copy: string;
  value: string;
}

export const ToldOnce = ({ label, copy, value }: ToldOnceProps) => (
  <div className="new-link" role="status">
    <Field label={label} hint={text.people.once}>
      {(control) => (
        <div className="new-link-row">
          <input {...control} readOnly value={value} onFocus={(event) => event.target.select()} />
          <CopyButton label={copy} text={() => value} />
        </div>
      )}
    </Field>
  </div>
);
