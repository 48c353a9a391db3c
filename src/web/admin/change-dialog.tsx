// Asks before an account is changed: each of these ends somebody's sessions, or lets somebody in again.
import type { ManagedUser } from "../../protocol/admin.ts";
import type { Role } from "../../protocol/entities.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { words } from "../words.ts";
import { type Change, useChange } from "./use-users.ts";
import { text } from "./words.ts";

export type Question = { about: "signOut" | "disable" | "enable" } | { about: "role"; role: Role };

interface ChangeDialogProps {
  user: ManagedUser;
  question: Question;
  onClose: () => void;
}

export function ChangeDialog({ user, question, onClose }: ChangeDialogProps) {
  const change = useChange(user.id);
  const { title, body, confirm, ask } = sayings(user, question);
  return (
    <Dialog role="alertdialog" title={title} description={body} open onOpenChange={onClose}>
      {change.error && (
        <p className="form-error" role="alert">
          {reasonOf(change.error)}
        </p>
      )}
      <div className="form-actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button
          look={question.about === "disable" ? "danger" : "primary"}
          disabled={change.isPending}
          onClick={() => change.mutate(ask, { onSuccess: onClose })}
        >
          {change.isPending ? text.people.busy : confirm}
        </Button>
      </div>
    </Dialog>
  );
}

function sayings(
  { name }: ManagedUser,
  question: Question,
): { title: string; body: string; confirm: string; ask: Change } {
  const { people } = text;
  switch (question.about) {
    case "signOut":
      return {
        title: people.signOutTitle(name),
        body: people.signOutBody,
        confirm: people.signOut,
        ask: "endSessions",
      };
    case "disable":
      return {
        title: people.disableTitle(name),
        body: people.disableBody,
        confirm: people.disable,
        ask: { disabled: true },
      };
    case "enable":
      return {
        title: people.enableTitle(name),
        body: people.enableBody,
        confirm: people.enable,
        ask: { disabled: false },
      };
    case "role":
      return {
        title: people.changeTitle(name, people.roles[question.role]),
        body: question.role === "admin" ? people.changeToAdmin : people.changeBody,
        confirm: people.change,
        ask: { role: question.role },
      };
    default:
      return question satisfies never;
  }
}
