// One user: who they are, their role, and what can be done with the account.
import { useState } from "react";
import type { ManagedUser } from "../../protocol/admin.ts";
import { Role } from "../../protocol/entities.ts";
import { listTime } from "../conversation/time.ts";
import { useUser } from "../session/session.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import { Select } from "../ui/select.tsx";
import { ChangeDialog, type Question } from "./change-dialog.tsx";
import { ResetLinkDialog } from "./reset-link-dialog.tsx";
import { text } from "./words.ts";

const { people } = text;
const ROLES = Role.options.map((value) => ({ value, label: people.roles[value] }));

export function UserRow({ user }: { user: ManagedUser }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [linking, setLinking] = useState(false);
  // Nobody changes the own standing: another administrator must.
  const own = useUser().id === user.id;
  return (
    <tr data-disabled={user.disabled}>
      <th scope="row">
        <span className="user-cell">
          <Avatar id={user.id} name={user.name} />
          <span className="member-name">
            <span dir="auto">{user.name}</span>
            <small>
              {[user.username, own && people.you, !user.has_password && people.outside].filter(Boolean).join(", ")}
            </small>
          </span>
          {user.disabled && <span className="user-disabled">{people.disabled}</span>}
        </span>
      </th>
      <td>
        {own ? (
          people.roles[user.role]
        ) : (
          <Select
            aria-label={people.role(user.name)}
            value={user.role}
            options={ROLES}
            onValue={(role) => setQuestion({ about: "role", role })}
          />
        )}
      </td>
      <td className="users-since">{listTime(user.created_at, new Date())}</td>
      <td>
        <Menu trigger={<IconButton icon="more" label={people.actions(user.name)} />}>
          {user.has_password && (
            <MenuItem icon="link" onSelect={() => setLinking(true)}>
              {people.resetLink}
            </MenuItem>
          )}
          <MenuItem icon="logOut" onSelect={() => setQuestion({ about: "signOut" })}>
            {people.signOut}
          </MenuItem>
          {!own && <MenuLine />}
          {!own && (
            <MenuItem
              icon={user.disabled ? "check" : "lock"}
              danger={!user.disabled}
              onSelect={() => setQuestion({ about: user.disabled ? "enable" : "disable" })}
            >
              {user.disabled ? people.enable : people.disable}
            </MenuItem>
          )}
        </Menu>
        {question && <ChangeDialog user={user} question={question} onClose={() => setQuestion(null)} />}
        {linking && <ResetLinkDialog user={user} onClose={() => setLinking(false)} />}
      </td>
    </tr>
  );
}
