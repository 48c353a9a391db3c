// Creating an account.
import { useState } from "react";
import { Link, useSearch } from "wouter";
import { rest } from "../server.ts";
import { useEnter } from "../session/session.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { CredentialsForm, NO_CREDENTIALS } from "./credentials-form.tsx";
import { CredentialsPage } from "./credentials-page.tsx";
import { returnAddress } from "./return-address.ts";

export function SignUp() {
  const [credentials, setCredentials] = useState(NO_CREDENTIALS);
  const back = returnAddress(useSearch());
  const signUp = useEnter(rest.signup);
  useTitle(words.signUp.title);

  const submit = () => {
    const { username, password } = credentials;
    const name = credentials.name.trim();
    signUp.mutate({ username: username.trim(), password, ...(name ? { name } : {}) });
  };
  return (
    <CredentialsPage title={words.signUp.title}>
      <CredentialsForm
        isNew
        credentials={credentials}
        onChange={setCredentials}
        onSubmit={submit}
        busy={signUp.isPending}
        error={signUp.error}
      />
      <p className="credentials-other">
        {words.signUp.toLogIn} <Link href={back}>{words.signUp.toLogInLink}</Link>
      </p>
    </CredentialsPage>
  );
}
