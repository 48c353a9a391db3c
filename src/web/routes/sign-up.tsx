// Creating an account.
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { fieldOf, reasonOf } from "../sentence.ts";
import { useSignUp } from "../session/session.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { CredentialsPage } from "./credentials-page.tsx";

const FIELDS = ["name", "username", "password"];

export function SignUp() {
  const [name, setName] = useState("");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signUp = useSignUp();
  useTitle(words.signUp.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signUp.mutate({ username: username.trim(), password, ...(name.trim() ? { name: name.trim() } : {}) });
  };
  const reason = signUp.error ? reasonOf(signUp.error) : undefined;
  const field = signUp.error ? fieldOf(signUp.error) : undefined;
  const errorOf = (each: string) => (field === each ? reason : undefined);

  return (
    <CredentialsPage title={words.signUp.title}>
      <form className="form" onSubmit={submit}>
        <Field label={words.signUp.name} hint={words.signUp.nameHint} error={errorOf("name")}>
          {(control) => (
            <input
              {...control}
              name="name"
              value={name}
              autoComplete="name"
              maxLength={200}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={words.logIn.username} hint={words.signUp.usernameHint} error={errorOf("username")}>
          {(control) => (
            <input
              {...control}
              name="username"
              value={username}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              minLength={3}
              maxLength={64}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <Field label={words.logIn.password} hint={words.signUp.passwordHint} error={errorOf("password")}>
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              value={password}
              autoComplete="new-password"
              required
              minLength={8}
              maxLength={256}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        {reason && !FIELDS.includes(field ?? "") && (
          <p className="form-error" role="alert">
            {reason}
          </p>
        )}
        <Button look="primary" type="submit" disabled={signUp.isPending}>
          {signUp.isPending ? words.signUp.busy : words.signUp.submit}
        </Button>
      </form>
      <p className="credentials-other">
        {words.signUp.toLogIn} <Link href="/">{words.signUp.toLogInLink}</Link>
      </p>
    </CredentialsPage>
  );
}
