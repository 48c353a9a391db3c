// Where an administrator's link leads: a new password for whoever forgot his. The link's secret stands behind the `#`, which
// browsers send to no server.
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { reasonOf } from "../sentence.ts";
import { rest } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { CredentialsPage } from "./credentials-page.tsx";

export function Reset() {
  const [password, setPassword] = useState("");
  const reset = useMutation({ mutationFn: () => rest.resetPassword(location.hash.slice(1), password) });
  useTitle(words.reset.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate();
  };
  return (
    <CredentialsPage title={words.reset.title}>
      {reset.isSuccess ? (
        <>
          <p className="form-notice form-welcome">{words.reset.done}</p>
          <Link href="/" className="button button-primary">
            {words.logIn.submit}
          </Link>
        </>
      ) : (
        <form className="form" onSubmit={submit}>
          <Field label={words.reset.password} hint={words.signUp.passwordHint}>
            {(control) => (
              <input
                {...control}
                name="password"
                type="password"
                autoComplete="new-password"
                required
                minLength={8}
                maxLength={256}
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
          {reset.error && (
            <p className="form-error" role="alert">
              {reasonOf(reset.error)}
            </p>
          )}
          <Button look="primary" type="submit" disabled={reset.isPending}>
            {words.reset.submit}
          </Button>
        </form>
      )}
    </CredentialsPage>
  );
}
