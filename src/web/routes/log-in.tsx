// Logging in; a development server offers its demo account.
import { useState } from "react";
import { Link, useLocation, useRoute, useSearch } from "wouter";
import { useServerInfo } from "../queries.ts";
import { rest } from "../server.ts";
import { useEnter, useSessionEnded } from "../session/session.tsx";
import { Button } from "../ui/button.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { CredentialsForm, NO_CREDENTIALS } from "./credentials-form.tsx";
import { CredentialsPage } from "./credentials-page.tsx";
import { signUpFrom } from "./return-address.ts";

/** Seeded by the server in development only (http.md). */
const DEMO = { ...NO_CREDENTIALS, username: "testuser", password: "testpass123" };

export function LogIn() {
  const [credentials, setCredentials] = useState(NO_CREDENTIALS);
  const [path] = useLocation();
  const search = useSearch();
  const [invited] = useRoute("/join/:code");
  const logIn = useEnter(rest.login);
  const server = useServerInfo();
  const ended = useSessionEnded();
  useTitle(words.logIn.submit);

  const { username, password } = credentials;
  return (
    <CredentialsPage title={words.logIn.title}>
      {ended && <p className="form-notice">{words.logIn.ended}</p>}
      {invited && !ended && <p className="form-notice form-welcome">{words.logIn.invited}</p>}
      <CredentialsForm
        isNew={false}
        credentials={credentials}
        onChange={setCredentials}
        onSubmit={() => logIn.mutate({ username: username.trim(), password })}
        busy={logIn.isPending}
        error={logIn.error}
      />
      {server.data?.environment === "development" && (
        <div className="demo">
          <p>
            {words.logIn.demo} <code>{DEMO.username}</code> / <code>{DEMO.password}</code>
          </p>
          <Button onClick={() => setCredentials(DEMO)}>{words.logIn.demoFill}</Button>
        </div>
      )}
      <p className="credentials-other">
        {words.logIn.toSignUp}{" "}
        <Link href={signUpFrom(search ? `${path}?${search}` : path)}>{words.logIn.toSignUpLink}</Link>
      </p>
    </CredentialsPage>
  );
}
