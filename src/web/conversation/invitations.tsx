// Links by which people can join: make one, copy it, see those that are open, revoke.
import { type FormEvent, useState } from "react";
import type { Invitation } from "../../protocol/rest.ts";
import { reasonOf } from "../sentence.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Select } from "../ui/select.tsx";
import { words } from "../words.ts";
import { GRANTED, type Granted } from "./roles.ts";
import { shortTime } from "./time.ts";
import { useInvitations } from "./use-invitations.ts";

const text = words.invitations;
const ROLES = GRANTED.map((value) => ({ value, label: words.members.roles[value] }));
const DAYS = [1, 7, 30, 365].map((value) => ({ value, label: text.days(value) }));
/** 0: any number. */
const USES = [0, 1, 5, 25, 100].map((value) => ({ value, label: text.uses(value) }));

export function Invitations({ conversationId }: { conversationId: number }) {
  const { open, make, revoke } = useInvitations(conversationId);
  const [role, setRole] = useState<Granted>("member");
  const [days, setDays] = useState(7);
  const [uses, setUses] = useState(0);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ role, days, uses: uses === 0 ? null : uses });
  };
  const failure = make.error ?? revoke.error ?? open.error;
  return (
    <section className="invitations" aria-labelledby="invitations-title">
      <h3 id="invitations-title">{text.title}</h3>
      <form className="invitation-form" onSubmit={submit}>
        <Field label={text.role}>
          {(control) => <Select {...control} value={role} options={ROLES} onValue={setRole} />}
        </Field>
        <Field label={text.holds}>
          {(control) => <Select {...control} value={days} options={DAYS} onValue={setDays} />}
        </Field>
        <Field label={text.usable}>
          {(control) => <Select {...control} value={uses} options={USES} onValue={setUses} />}
        </Field>
        <Button type="submit" icon="link" disabled={make.isPending}>
          {make.isPending ? text.making : text.make}
        </Button>
      </form>
      {make.data && <NewLink key={make.data.id} url={make.data.url} />}
      {failure && (
        <p className="form-error" role="alert">
          {reasonOf(failure)}
        </p>
      )}
      {open.data && open.data.length > 0 && (
        <ul className="invitation-list" aria-label={text.open}>
          {open.data.map((invitation) => (
            <li key={invitation.id}>
              <Icon name="link" />
              <span>
                {text.describe(words.members.roles[invitation.role], invitation.uses_left)}
                <small>{text.until(shortTime(invitation.expires_at))}</small>
              </span>
              <IconButton
                icon="trash"
                label={revokeLabel(invitation)}
                disabled={revoke.isPending}
                onClick={() => revoke.mutate(invitation.id)}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const revokeLabel = ({ role, uses_left }: Invitation): string =>
  text.revoke(text.describe(words.members.roles[role], uses_left));

function NewLink({ url }: { url: string }) {
  return (
    <div className="new-link" role="status">
      <Field label={text.link} hint={text.once}>
        {(control) => (
          <div className="new-link-row">
            <input {...control} readOnly value={url} onFocus={(event) => event.target.select()} />
            <CopyButton label={text.copy} text={() => url} />
          </div>
        )}
      </Field>
    </div>
  );
}
