// One open conversation: header, timeline, composer, and what ties them to its handle.
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { useFreshQuotes, useTurnLedger } from "../queries.ts";
import { toast } from "../ui/toast.tsx";
import { useShortcut } from "../ui/use-shortcut.ts";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { Composer } from "./composer.tsx";
import { DeleteMessageDialog } from "./delete-message-dialog.tsx";
import { Header } from "./header.tsx";
import { type Permissions, permissionsOf } from "./permissions.ts";
import { ReplyBar } from "./reply-bar.tsx";
import { EndedBanner } from "./status-line.tsx";
import { TimelineView } from "./timeline-view.tsx";
import { openTurn, withEnded } from "./turn-notes.ts";
import { useFollowInList } from "./use-follow-in-list.ts";
import type { Destination } from "./use-go-to.ts";
import { attempt, useOwnView } from "./use-own-view.ts";
import { useSessionRenewal } from "./use-session-renewal.ts";
import { useUnsentDraft } from "./use-unsent-draft.ts";

interface ConversationViewProps {
  id: number;
  /** Known from REST before the socket's welcome. */
  title: string | null;
  state: ConversationState;
  conversation: ConversationHandle;
  /** The message that the address names. */
  destination: Destination | null;
}

export function ConversationView({ id, title, state, conversation, destination }: ConversationViewProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shownTitle = (state.conversation ? state.conversation.title : title) ?? words.list.untitled;
  useTitle(shownTitle);
  useFollowInList(id, state);
  useUnsentDraft(id, state);
  useFreshQuotes(id, state.changed_unseen);
  const logIn = useSessionRenewal(state, conversation);

  const permissions = useMemo(() => permissionsOf(state.you), [state.you]);
  const write = useCallback(() => field.current?.focus(), []);
  const own = useOwnView(id, conversation, permissions, destination, write);

  // With a keyboard one writes next; on a touch screen the heading takes focus, so that no keyboard pops up.
  useEffect(() => {
    const target = matchMedia("(pointer: fine)").matches ? field.current : heading.current;
    target?.focus({ preventScroll: true });
  }, []);

  const { notice } = state;
  useEffect(() => {
    if (notice) toast(notice.message);
  }, [notice]);

  const ledger = useTurnLedger(id);
  const turns = useMemo(() => withEnded(state.turns, ledger.data ?? []), [state.turns, ledger.data]);
  const turn = openTurn(state.turns);
  const stoppable = turn !== null && state.status.state === "live" && permissions.cancel;
  const stop = stoppable ? () => attempt(conversation.cancel(turn.id)) : null;
  useShortcut("Period", stop);

  const send = (content: string) => {
    // A refusal is shown at the message itself.
    conversation.send(content, own.replyTo === null ? {} : { reply_to: own.replyTo }).catch(() => {});
    own.endReply();
  };
  const editLast = () => {
    const last = state.messages.findLast((message) => permissions.edit(message));
    if (last) own.actions.startEdit(last);
  };

  return (
    <section className="conversation" aria-label={shownTitle}>
      <Header id={id} title={shownTitle} state={state} conversation={conversation} heading={heading} />
      <TimelineView
        state={state}
        turns={turns}
        conversation={conversation}
        actions={own.actions}
        looks={own.looks}
        edit={own.edit}
        destination={own.destination}
        onTry={send}
      />
      <div className="conversation-foot">
        <EndedBanner status={state.status} onLogIn={logIn} />
        <p className="typing-line">{words.conversation.typing(state.typing.map(({ name }) => name))}</p>
        <Composer
          conversationId={id}
          field={field}
          closed={closedReason(state, permissions)}
          mode={state.conversation?.assistant_mode ?? "always"}
          quote={
            own.replyTo !== null && (
              <ReplyBar
                conversationId={id}
                messageId={own.replyTo}
                message={state.messages.find((message) => message.id === own.replyTo) ?? null}
                onOpen={own.actions.goTo}
                onClose={own.endReply}
              />
            )
          }
          onSend={send}
          onStop={stop}
          onTyping={(on) => conversation.typing(on)}
          onEscape={own.endReply}
          onEditLast={editLast}
        />
      </div>
      {own.removing && (
        <DeleteMessageDialog message={own.removing} conversation={conversation} onClose={own.endRemoving} />
      )}
    </section>
  );
}

function closedReason({ status, you }: ConversationState, { send }: Permissions): string | null {
  if (status.state === "ended") return words.composer.ended;
  return you !== null && !send ? words.composer.viewer : null;
}
