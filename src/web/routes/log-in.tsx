// Logging in; a development server offers its demo account.
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { useServerInfo } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { useLogIn, useSessionEnded } from "../session/session.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { CredentialsPage } from "./credentials-page.tsx";

/** Seeded by the server in development only (http.md). */
const DEMO = { username: "testuser", password: "testpass123" };

export function LogIn() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const logIn = useLogIn();
  const server = useServerInfo();
  const ended = useSessionEnded();
  useTitle(words.logIn.submit);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    logIn.mutate({ username: username.trim(), password });
  };

  return (
    <CredentialsPage title={words.logIn.title}>
      {ended && <p className="form-notice">{words.logIn.ended}</p>}
      <form className="form" onSubmit={submit}>
        <Field label={words.logIn.username}>
          {(control) => (
            <input
              {...control}
              name="username"
              value={username}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <Field label={words.logIn.password}>
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              value={password}
              autoComplete="current-password"
              required
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        {logIn.error && (
          <p className="form-error" role="alert">
            {reasonOf(logIn.error)}
          </p>
        )}
        <Button look="primary" type="submit" disabled={logIn.isPending}>
          {logIn.isPending ? words.logIn.busy : words.logIn.submit}
        </Button>
      </form>
      {server.data?.environment === "development" && (
        <div className="demo">
          <p>
            {words.logIn.demo} <code>{DEMO.username}</code> / <code>{DEMO.password}</code>
          </p>
          <Button
            onClick={() => {
              setUsername(DEMO.username);
              setPassword(DEMO.password);
            }}
          >
            {words.logIn.demoFill}
          </Button>
        </div>
      )}
      <p className="credentials-other">
        {words.logIn.toSignUp} <Link href="/signup">{words.logIn.toSignUpLink}</Link>
      </p>
    </CredentialsPage>
  );
}
