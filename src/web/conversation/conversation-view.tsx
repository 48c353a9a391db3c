// One open conversation: header, timeline, composer, and what ties them to its handle.
import { useEffect, useMemo, useRef } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { useTurnLedger } from "../queries.ts";
import { toast } from "../ui/toast.tsx";
import { useShortcut } from "../ui/use-shortcut.ts";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { Composer } from "./composer.tsx";
import { Header } from "./header.tsx";
import { EndedBanner } from "./status-line.tsx";
import { TimelineView } from "./timeline-view.tsx";
import { withEnded } from "./turn-notes.ts";
import { useCommands } from "./use-commands.ts";
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

  const ledger = useTurnLedger(id);
  const turns = useMemo(() => withEnded(state.turns, ledger.data ?? []), [state.turns, ledger.data]);
  const { send, retry, stop, maySend } = useCommands(state, conversation);
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
          closed={closedReason(state, maySend)}
          onSend={send}
          onStop={stop}
          onTyping={(on) => conversation.typing(on)}
        />
      </div>
    </section>
  );
}

function closedReason({ status, you }: ConversationState, maySend: boolean): string | null {
  if (status.state === "ended") return words.composer.ended;
  return you !== null && !maySend ? words.composer.viewer : null;
}
