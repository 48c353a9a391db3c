// Who belongs to the conversation: add by user name, roles, remove, leave.
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { ApiError } from "../../client/rest.ts";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import type { Member, MemberRole } from "../../protocol/entities.ts";
import { useAddMember, useRefreshList } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import { words } from "../words.ts";
import { Invitations } from "./invitations.tsx";
import { GRANTED, type Granted } from "./roles.ts";

const choice = <R extends MemberRole>(value: R) => ({ value, label: words.members.roles[value] });
const ROLES = GRANTED.map((role) => choice(role));
/** An owner hands ownership on before leaving. */
const OWNERS_ROLES = [choice("owner"), ...ROLES];

interface MembersDialogProps {
  id: number;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  state: ConversationState;
  conversation: ConversationHandle;
}

export function MembersDialog({ id, open, onOpenChange, state, conversation }: MembersDialogProps) {
  const [error, setError] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const refreshList = useRefreshList();
  const canManage = state.you?.can.includes("member.manage") ?? false;
  const present = new Set(state.present.map((person) => person.user_id));

  const attempt = async (change: Promise<void>) => {
    setError(null);
    try {
      await change;
      return true;
    } catch (failure) {
      setError(reasonOf(failure));
      return false;
    }
  };

  const leave = async (member: Member) => {
    if (!(await attempt(conversation.removeMember(member.user_id)))) return;
    onOpenChange(false);
    refreshList();
    navigate("/");
  };

  return (
    <Dialog title={words.members.title} open={open} onOpenChange={onOpenChange}>
      <ul className="members">
        {state.members.map((member) => (
          <MemberRow
            key={member.user_id}
            member={member}
            you={member.user_id === state.you?.user_id}
            present={present.has(member.user_id)}
            canManage={canManage}
            roles={state.you?.role === "owner" ? OWNERS_ROLES : ROLES}
            alone={state.members.length === 1}
            onRole={(role) => void attempt(conversation.setMemberRole(member.user_id, role))}
            onRemove={() => void attempt(conversation.removeMember(member.user_id))}
            onLeave={() => void leave(member)}
          />
        ))}
      </ul>
      {canManage && <AddMember conversation={conversation} />}
      {canManage && <Invitations conversationId={id} />}
      {error && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}

interface MemberRowProps {
  member: Member;
  you: boolean;
  present: boolean;
  canManage: boolean;
  roles: readonly { value: MemberRole; label: string }[];
  /** Nobody else is a member: who wants to be rid of the conversation deletes it. */
  alone: boolean;
  onRole: (role: MemberRole) => void;
  onRemove: () => void;
  onLeave: () => void;
}

function MemberRow({ member, you, present, canManage, roles, alone, onRole, onRemove, onLeave }: MemberRowProps) {
  const [leaving, setLeaving] = useState(false);
  const fixed = you || !canManage || member.role === "owner";
  return (
    <li>
      <Avatar id={member.user_id} name={member.name} />
      <span className="member-name">
        {member.name}
        <small>{[you && words.you, present && words.members.here].filter(Boolean).join(", ")}</small>
      </span>
      {fixed ? (
        <span className="member-role">{words.members.roles[member.role]}</span>
      ) : (
        <Select aria-label={words.members.role(member.name)} value={member.role} options={roles} onValue={onRole} />
      )}
      {!fixed && <IconButton icon="close" label={words.members.remove(member.name)} onClick={onRemove} />}
      {you && !alone && (
        <Button look={leaving ? "danger" : "quiet"} onClick={leaving ? onLeave : () => setLeaving(true)}>
          {leaving ? words.members.leaveConfirm : words.members.leave}
        </Button>
      )}
    </li>
  );
}

function AddMember({ conversation }: { conversation: ConversationHandle }) {
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Granted>("member");
  const add = useAddMember(conversation);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (username.trim() === "") return;
    add.mutate({ username: username.trim(), role }, { onSuccess: () => setUsername("") });
  };

  return (
    <form className="form add-member" onSubmit={submit}>
      <h3>{words.members.add}</h3>
      <Field
        label={words.members.username}
        hint={words.members.roleHints}
        error={add.error ? whyNotAdded(add.error) : undefined}
      >
        {(control) => (
          <div className="add-member-row">
            <input
              {...control}
              value={username}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => setUsername(event.target.value)}
            />
            <Select aria-label={words.members.newRole} value={role} options={ROLES} onValue={setRole} />
            <Button look="primary" type="submit" disabled={add.isPending || username.trim() === ""}>
              {add.isPending ? words.members.adding : words.members.addButton}
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}

const whyNotAdded = (failure: Error): string =>
  failure instanceof ApiError && failure.body.code === "not_found" ? words.members.unknown : reasonOf(failure);
