// Which server, and who one is there: by logging in, or with a token that one has.
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { restOf } from "./open-line.ts";
import { text } from "./words.ts";

interface SignInProps {
  host: string;
  onHost: (host: string) => void;
  token: string;
  onToken: (token: string) => void;
}

export function SignIn({ host, onHost, token, onToken }: SignInProps) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: () => restOf(host, null).login({ username: username.trim(), password }),
    onSuccess: ({ access_token }) => onToken(access_token),
  });
  const elsewhere = originOf(host) !== location.origin;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <form className="form console-card" onSubmit={submit}>
      <h2>{text.logIn}</h2>
      <Field label={text.server}>
        {(control) => <input {...control} value={host} type="url" onChange={(event) => onHost(event.target.value)} />}
      </Field>
      {elsewhere && (
        <p className="form-notice">
          {text.elsewhere}{" "}
          <a href={`${originOf(host) ?? ""}/console`} rel="noopener noreferrer" target="_blank">
            {text.elsewhereLink}
          </a>
          .
        </p>
      )}
      <div className="console-pair">
        <Field label={text.username}>
          {(control) => (
            <input
              {...control}
              value={username}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <Field label={text.password}>
          {(control) => (
            <input
              {...control}
              type="password"
              value={password}
              autoComplete="current-password"
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Button type="submit" disabled={enter.isPending || elsewhere || username.trim() === "" || password === ""}>
        {enter.isPending ? text.entering : text.enter}
      </Button>
      <Field label={text.token} hint={text.tokenHint} error={enter.error ? reasonOf(enter.error) : undefined}>
        {(control) => (
          <input
            {...control}
            value={token}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onToken(event.target.value.trim())}
          />
        )}
      </Field>
    </form>
  );
}

const originOf = (host: string): string | null => (URL.canParse(host) ? new URL(host).origin : null);
