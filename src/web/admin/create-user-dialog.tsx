// Makes a user; a password that the server made is shown once.
import { type FormEvent, useState } from "react";
import { Role } from "../../protocol/entities.ts";
import { fieldOf, reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import { words } from "../words.ts";
import { ToldOnce } from "./told-once.tsx";
import { useCreateUser } from "./use-users.ts";
import { text } from "./words.ts";

const { people } = text;
const ROLES = Role.options.map((value) => ({ value, label: people.roles[value] }));
const FIELDS = ["username", "name", "password"] as const;

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const [role, setRole] = useState<Role>("member");
  const [form, setForm] = useState({ username: "", name: "", password: "" });
  const create = useCreateUser();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { username, name, password } = form;
    create.mutate({
      username: username.trim(),
      role,
      ...(name.trim() === "" ? {} : { name: name.trim() }),
      ...(password === "" ? {} : { password }),
    });
  };

  if (create.data) {
    const { user, password } = create.data;
    return (
      <Dialog title={people.created(user.name)} open onOpenChange={onClose}>
        {password !== null && <ToldOnce label={people.made} copy={people.copyPassword} value={password} />}
        <div className="form-actions">
          <Button look="primary" onClick={onClose}>
            {people.done}
          </Button>
        </div>
      </Dialog>
    );
  }
  const wrong = FIELDS.find((field) => field === fieldOf(create.error));
  const control = (field: (typeof FIELDS)[number], hint: string) => (
    <Field label={people[field]} hint={hint} error={wrong === field ? reasonOf(create.error) : undefined}>
      {(attributes) => (
        <input
          {...attributes}
          value={form[field]}
          type={field === "password" ? "password" : "text"}
          autoComplete={field === "password" ? "new-password" : "off"}
          autoCapitalize={field === "name" ? "words" : "none"}
          spellCheck={false}
          onChange={(event) => setForm({ ...form, [field]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog title={people.createTitle} open onOpenChange={onClose}>
      <form className="form" onSubmit={submit}>
        {control("username", people.usernameHint)}
        {control("name", people.nameHint)}
        <Field label={people.newRole}>
          {(attributes) => <Select {...attributes} value={role} options={ROLES} onValue={setRole} />}
        </Field>
        {control("password", people.passwordHint)}
        {create.error && !wrong && (
          <p className="form-error" role="alert">
            {reasonOf(create.error)}
          </p>
        )}
        <div className="form-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" type="submit" disabled={create.isPending || form.username.trim() === ""}>
            {create.isPending ? people.creating : people.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
