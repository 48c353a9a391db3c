// Asks before a message is deleted for everyone.
import { useState } from "react";
import type { ConversationHandle } from "../../client/types.ts";
import type { Message } from "../../protocol/entities.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { words } from "../words.ts";

interface DeleteMessageDialogProps {
  message: Message;
  conversation: Pick<ConversationHandle, "remove">;
  onClose: () => void;
}

export function DeleteMessageDialog({ message, conversation, onClose }: DeleteMessageDialogProps) {
  const [deleting, setDeleting] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const confirm = async () => {
    setDeleting(true);
    setError(null);
    try {
      await conversation.remove(message.id);
      onClose();
    } catch (failure) {
      setError(reasonOf(failure));
      setDeleting(false);
    }
  };
  const { title, body, answerTitle, answerBody } = words.removeMessage;
  const isAnswer = message.role === "assistant";
  return (
    <Dialog
      role="alertdialog"
      title={isAnswer ? answerTitle : title}
      description={isAnswer ? answerBody : body}
      open
      onOpenChange={onClose}
    >
      {error && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      <div className="form-actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button look="danger" disabled={deleting} onClick={() => void confirm()}>
          {deleting ? words.remove.busy : words.removeMessage.confirm}
        </Button>
      </div>
    </Dialog>
  );
}
