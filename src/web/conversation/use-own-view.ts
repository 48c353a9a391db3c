// What is going on in one person's own view of a conversation (a reply, an edit, a look at another answer), and the
// actions on its rows that change it. Failures are told at the foot of the page.
import { useEffect, useMemo, useState } from "react";
import type { ConversationHandle } from "../../client/types.ts";
import { answersEarlierText } from "../../protocol/current.ts";
import type { Message } from "../../protocol/entities.ts";
import { reasonOf } from "../sentence.ts";
import { toast } from "../ui/toast.tsx";
import { type Edit, keepEdit, keepReply, readEdit, readReply } from "./drafts.ts";
import type { Permissions } from "./permissions.ts";
import type { RowActions } from "./row-actions.ts";
import type { Destination } from "./use-go-to.ts";
import { type Looks, variantsOf } from "./variants.ts";

interface OwnView {
  actions: RowActions;
  edit: Edit | null;
  /** The message that the next one replies to. */
  replyTo: number | null;
  endReply: () => void;
  /** The message that is asked about before it is deleted. */
  removing: Message | null;
  endRemoving: () => void;
  looks: Looks;
  destination: Destination | null;
}

/** `addressed` is the message that the page's address names; `write` puts the cursor into the message field. */
export function useOwnView(
  conversationId: number,
  conversation: ConversationHandle,
  permissions: Permissions,
  addressed: Destination | null,
  write: () => void,
): OwnView {
  const [edit, setEdit] = useState(() => readEdit(conversationId));
  const [replyTo, setReplyTo] = useState(() => readReply(conversationId));
  const [removing, setRemoving] = useState<Message | null>(null);
  const [looks, setLooks] = useState<Looks>(new Map());
  const [destination, setDestination] = useState<Destination | null>(null);
  useEffect(() => setDestination(addressed), [addressed]);

  const endReply = () => {
    keepReply(conversationId, null);
    setReplyTo(null);
  };

  const actions = useMemo((): RowActions => {
    const showEdit = (next: Edit | null) => {
      keepEdit(conversationId, next);
      setEdit(next);
    };
    const look = (questionId: number, index: number) => {
      const variants = variantsOf(conversation.state, questionId);
      const key = variants?.all[index]?.key;
      if (variants && key)
        setLooks((known) => new Map(known).set(questionId, { key, insteadOf: variants.current.key }));
    };
    const lookNoMore = (questionId: number) =>
      setLooks((known) => new Map([...known].filter(([id]) => id !== questionId)));

    return {
      conversationId,
      permissions,
      reply(messageId) {
        keepReply(conversationId, messageId);
        setReplyTo(messageId);
        write();
      },
      startEdit: ({ id, content }) => showEdit({ message_id: id, text: content, from: content }),
      changeEdit: showEdit,
      saveEdit: ({ id, edited_at }, text) => conversation.edit(id, text, edited_at ?? null),
      endEdit() {
        showEdit(null);
        write();
      },
      remove: setRemoving,
      retry: (questionId, model) => attempt(conversation.retry(questionId, model)),
      look,
      choose(questionId, index) {
        look(questionId, index);
        const variants = variantsOf(conversation.state, questionId);
        const chosen = variants?.all[index]?.message;
        const question = conversation.state.messages.find(({ id }) => id === questionId) ?? null;
        // While one is being written it will be the current one: until then each looks for themselves.
        if (!chosen || variants.current.message === null || !permissions.select(question)) return;
        if (question && answersEarlierText(chosen, question)) return;
        conversation.selectAnswer(chosen.id).catch((failure: unknown) => {
          lookNoMore(questionId);
          toast(reasonOf(failure));
        });
      },
      loadOlder: (before) => conversation.loadOlder(before),
      loadNewer: (after) => conversation.loadNewer(after),
      goTo: (messageId) => setDestination({ messageId }),
      resend: (clientId) => conversation.resend(clientId),
      discard: (clientId) => conversation.discard(clientId),
    };
  }, [conversationId, conversation, permissions, write]);

  return {
    actions,
    edit,
    replyTo,
    endReply,
    removing,
    endRemoving: () => setRemoving(null),
    looks,
    destination,
  };
}

export function attempt(command: Promise<unknown>): void {
  command.catch((failure: unknown) => toast(reasonOf(failure)));
}
