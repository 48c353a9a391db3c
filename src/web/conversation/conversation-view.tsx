// One open conversation: header, timeline, composer, and what ties them to its handle.
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { useRefreshList, useTurnLedger } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { toast } from "../ui/toast.tsx";
import { useShortcut } from "../ui/use-shortcut.ts";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { Composer } from "./composer.tsx";
import { Header } from "./header.tsx";
import { EndedBanner } from "./status-line.tsx";
import { TimelineView } from "./timeline-view.tsx";
import { titleOf } from "./title.ts";
import { openTurn, withEnded } from "./turn-notes.ts";
import { useFollowInList } from "./use-follow-in-list.ts";
import { useReadMark } from "./use-read-mark.ts";
import { useSessionRenewal } from "./use-session-renewal.ts";
import { useUnsentDraft } from "./use-unsent-draft.ts";

interface ConversationViewProps {
  id: number;
  /** Known from REST before the socket's welcome. */
  title: string | null;
  state: ConversationState;
  conversation: ConversationHandle;
}

export function ConversationView({ id, title, state, conversation }: ConversationViewProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const refreshList = useRefreshList();
  const shownTitle = (state.conversation ? state.conversation.title : title) ?? words.list.untitled;
  useTitle(shownTitle);
  useReadMark(state, conversation);
  useFollowInList(id, state);
  useUnsentDraft(id, state);
  const logIn = useSessionRenewal(state, conversation);

  // With a keyboard one writes next; on a touch screen the heading takes focus, so that no keyboard pops up.
  useEffect(() => {
    const target = matchMedia("(pointer: fine)").matches ? field.current : heading.current;
    target?.focus({ preventScroll: true });
  }, []);

  const { notice } = state;
  useEffect(() => {
    if (notice) toast(notice.message);
  }, [notice]);

  const attempt = useCallback((command: Promise<unknown>) => {
    command.catch((failure: unknown) => toast(reasonOf(failure)));
  }, []);
  const retry = useCallback((questionId: number) => attempt(conversation.retry(questionId)), [attempt, conversation]);

  const send = (content: string) => {
    const first = state.messages.length === 0 && state.pending.length === 0;
    // A refusal is shown at the message itself.
    conversation.send(content).catch(() => {});
    if (first && state.conversation?.title === null && can("conversation.configure"))
      attempt(conversation.configure({ title: titleOf(content) }));
    refreshList();
  };

  const can = (action: string) => state.you?.can.includes(action) ?? false;
  const ledger = useTurnLedger(id);
  const turns = useMemo(() => withEnded(state.turns, ledger.data ?? []), [state.turns, ledger.data]);
  const turn = openTurn(state.turns);
  const live = state.status.state === "live";
  const stop = turn && live && can("turn.cancel") ? () => attempt(conversation.cancel(turn.id)) : null;
  useShortcut("Period", stop);

  return (
    <section className="conversation" aria-label={shownTitle}>
      <Header title={shownTitle} state={state} conversation={conversation} heading={heading} />
      <TimelineView state={state} turns={turns} conversation={conversation} onRetry={retry} onTry={send} />
      <div className="conversation-foot">
        <EndedBanner status={state.status} onLogIn={logIn} />
        <p className="typing-line">{words.conversation.typing(state.typing.map(({ name }) => name))}</p>
        <Composer
          conversationId={id}
          field={field}
          closed={closedReason(state, can("conversation.send"))}
          onSend={send}
          onStop={stop}
          onTyping={(on) => conversation.typing(on)}
        />
      </div>
    </section>
  );
}

function closedReason({ status, you }: ConversationState, canSend: boolean): string | null {
  if (status.state === "ended") return words.composer.ended;
  return you !== null && !canSend ? words.composer.viewer : null;
}
