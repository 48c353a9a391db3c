// The fields by which people log in; somebody new gives a name too, and is told what is asked of each.
import type { FormEvent, InputHTMLAttributes } from "react";
import { fieldOf, reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { words } from "../words.ts";

export interface Credentials {
  name: string;
  username: string;
  password: string;
}

export const NO_CREDENTIALS: Credentials = { name: "", username: "", password: "" };

interface CredentialsFormProps {
  isNew: boolean;
  credentials: Credentials;
  onChange: (credentials: Credentials) => void;
  onSubmit: () => void;
  busy: boolean;
  error: Error | null;
}

export function CredentialsForm({ isNew, credentials, onChange, onSubmit, busy, error }: CredentialsFormProps) {
  const form = isNew ? words.signUp : words.logIn;
  const fields = isNew ? NEW : KNOWN;
  const reason = error ? reasonOf(error) : undefined;
  const named = isNew && error ? fields.find(({ name }) => name === fieldOf(error))?.name : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className="form" onSubmit={submit}>
      {fields.map(({ name, label, hint, ...input }) => (
        <Field key={name} label={label} hint={hint} error={name === named ? reason : undefined}>
          {(control) => (
            <input
              {...control}
              {...input}
              name={name}
              value={credentials[name]}
              onChange={(event) => onChange({ ...credentials, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      {reason && named === undefined && (
        <p className="form-error" role="alert">
          {reason}
        </p>
      )}
      <Button look="primary" type="submit" disabled={busy}>
        {busy ? form.busy : form.submit}
      </Button>
    </form>
  );
}

interface FieldOfForm extends InputHTMLAttributes<HTMLInputElement> {
  name: keyof Credentials;
  label: string;
  hint?: string;
}

const USERNAME = {
  name: "username",
  label: words.logIn.username,
  autoComplete: "username",
  autoCapitalize: "none",
  spellCheck: false,
  required: true,
} as const;
const PASSWORD = { name: "password", label: words.logIn.password, type: "password", required: true } as const;

const KNOWN: readonly FieldOfForm[] = [USERNAME, { ...PASSWORD, autoComplete: "current-password" }];
const NEW: readonly FieldOfForm[] = [
  { name: "name", label: words.signUp.name, hint: words.signUp.nameHint, autoComplete: "name", maxLength: 200 },
  { ...USERNAME, hint: words.signUp.usernameHint, minLength: 3, maxLength: 64 },
  { ...PASSWORD, hint: words.signUp.passwordHint, autoComplete: "new-password", minLength: 8, maxLength: 256 },
];
