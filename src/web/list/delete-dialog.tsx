// Asks before a conversation is deleted for everyone.
import { useLocation } from "wouter";
import type { ConversationListItem } from "../../protocol/rest.ts";
import { useDelete } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { words } from "../words.ts";

interface DeleteDialogProps {
  item: ConversationListItem;
  /** It is the one shown beside the list. */
  isOpen: boolean;
  onClose: () => void;
}

export function DeleteDialog({ item, isOpen, onClose }: DeleteDialogProps) {
  const remove = useDelete();
  const [, navigate] = useLocation();

  const confirm = () => {
    if (isOpen) navigate("/");
    remove.mutate(item.id, { onSuccess: onClose });
  };

  return (
    <Dialog
      role="alertdialog"
      title={words.remove.title}
      description={words.remove.body(item.title ?? words.list.untitled)}
      open
      onOpenChange={onClose}
    >
      {remove.error && (
        <p className="form-error" role="alert">
          {reasonOf(remove.error)}
        </p>
      )}
      <div className="form-actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button look="danger" disabled={remove.isPending} onClick={confirm}>
          {remove.isPending ? words.remove.busy : words.remove.confirm}
        </Button>
      </div>
    </Dialog>
  );
}
