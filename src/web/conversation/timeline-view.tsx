// The scrolling timeline of a conversation.
import { useEffect, useMemo } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { Button } from "../ui/button.tsx";
import { useShortcut } from "../ui/use-shortcut.ts";
import { words } from "../words.ts";
import { Announcer } from "./announcer.tsx";
import type { Edit } from "./drafts.ts";
import { withNames } from "./names.ts";
import { Older } from "./older.tsx";
import { type RowActions, RowActionsProvider } from "./row-actions.ts";
import { useOnline } from "./status-line.tsx";
import { buildTimeline } from "./timeline.ts";
import { TimelineRow } from "./timeline-row.tsx";
import { openTurn, type Turns } from "./turn-notes.ts";
import { type Destination, useGoTo } from "./use-go-to.ts";
import { useReadMark } from "./use-read-mark.ts";
import { useScroll } from "./use-scroll.ts";
import type { Looks } from "./variants.ts";

interface TimelineViewProps {
  state: ConversationState;
  /** Those of the state, and how earlier ones ended. */
  turns: Turns;
  conversation: ConversationHandle;
  actions: RowActions;
  looks: Looks;
  edit: Edit | null;
  destination: Destination | null;
  onTry: (text: string) => void;
}

export function TimelineView(props: TimelineViewProps) {
  const { state, turns, conversation, actions, looks, edit, destination, onTry } = props;
  const { gaps, pending, members, you } = state;
  const messages = useMemo(() => withNames(state.messages, members), [state.messages, members]);
  const items = useMemo(
    () => buildTimeline({ messages, gaps, turns, pending }, you?.user_id ?? null, looks),
    [messages, gaps, turns, pending, you, looks],
  );
  const newest = `${items.at(-1)?.key}:${openTurn(turns)?.text.length ?? ""}`;
  const { viewport, content, atEnd, newBelow, toEnd, toRow } = useScroll(String(messages[0]?.id ?? ""), newest);
  const { marked, going, arrived } = useGoTo({ destination, state, items, content, conversation, actions, toRow });
  useReadMark(state, conversation, atEnd && arrived);

  // What one sends oneself is always in view.
  const sent = pending.at(-1)?.client_id;
  useEffect(() => {
    if (sent) toEnd();
  }, [sent, toEnd]);

  useShortcut("End", toEnd);

  const online = useOnline();
  const connected = online && state.status.state === "live";
  return (
    <div className="timeline-place">
      {/* Focusable, so that the arrow keys scroll it. Its changes are spoken by the announcer, an answer at a time. */}
      <div
        className="timeline"
        ref={viewport}
        role="log"
        aria-live="off"
        aria-label={words.conversation.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div className="timeline-column" ref={content}>
          <RowActionsProvider value={actions}>
            {messages.length > 0 && <Older older={state.older} />}
            {items.map((item) => (
              <div
                key={item.key}
                className="row"
                data-key={item.key}
                data-row={item.kind === "day" || item.kind === "gap" ? undefined : true}
                data-continued={item.kind === "message" && item.continued}
                data-marked={item.key === marked}
                tabIndex={-1}
              >
                <TimelineRow item={item} edit={edit} connected={connected} />
              </div>
            ))}
          </RowActionsProvider>
          {items.length === 0 && you !== null && (
            <Empty silent={state.conversation?.assistant_mode !== "always"} onTry={onTry} />
          )}
        </div>
      </div>
      <p className="going" role="status">
        {going && words.conversation.going}
      </p>
      {!atEnd && (
        <Button className="to-newest" icon="down" onClick={toEnd} data-new={newBelow}>
          {newBelow ? words.conversation.newBelow : words.conversation.newest}
        </Button>
      )}
      <Announcer state={state} />
    </div>
  );
}

function Empty({ silent, onTry }: { silent: boolean; onTry: (text: string) => void }) {
  return (
    <div className="empty">
      <h2>{words.conversation.emptyTitle}</h2>
      <p>{silent ? words.conversation.emptyBodySilent : words.conversation.emptyBody}</p>
      {!silent && (
        <ul aria-label={words.conversation.triesLabel}>
          {words.conversation.tries.map((text) => (
            <li key={text}>
              <Button onClick={() => onTry(text)}>{text}</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
