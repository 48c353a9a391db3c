// The scrolling timeline of a conversation.
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { Button } from "../ui/button.tsx";
import { useShortcut } from "../ui/use-shortcut.ts";
import { words } from "../words.ts";
import { Announcer } from "./announcer.tsx";
import { useOnline } from "./status-line.tsx";
import { buildTimeline } from "./timeline.ts";
import { TimelineRow } from "./timeline-row.tsx";
import type { Turns } from "./turn-notes.ts";
import { useScroll } from "./use-scroll.ts";

interface TimelineViewProps {
  state: ConversationState;
  /** Those of the state, and how earlier ones ended. */
  turns: Turns;
  conversation: ConversationHandle;
  onRetry: (questionId: number) => void;
  onTry: (text: string) => void;
}

export function TimelineView({ state, turns, conversation, onRetry, onTry }: TimelineViewProps) {
  const { messages, pending, you } = state;
  const items = useMemo(
    () => buildTimeline({ messages, turns, pending }, you?.user_id ?? null),
    [messages, turns, pending, you],
  );
  const last = items.at(-1);
  const newest = last ? `${last.key}:${last.kind === "answer" ? last.text.length : ""}` : "";
  const { viewport, content, atEnd, newBelow, toEnd } = useScroll(String(messages[0]?.id ?? ""), newest);

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
          {messages.length > 0 && <Older older={state.older} load={() => conversation.loadOlder()} />}
          {items.map((item) => (
            <TimelineRow
              key={item.key}
              item={item}
              userId={you?.user_id ?? null}
              canRetry={you?.can.includes("turn.retry") ?? false}
              connected={connected}
              conversation={conversation}
              onRetry={onRetry}
            />
          ))}
          {items.length === 0 && you !== null && (
            <Empty silent={state.conversation?.assistant_mode === "off"} onTry={onTry} />
          )}
        </div>
      </div>
      {!atEnd && (
        <Button className="to-newest" icon="down" onClick={toEnd} data-new={newBelow}>
          {newBelow ? words.conversation.newBelow : words.conversation.newest}
        </Button>
      )}
      <Announcer state={state} />
    </div>
  );
}

/** Loads the page before when it comes into view; a button too, for keyboards. */
function Older({ older, load }: { older: boolean; load: () => Promise<void> }) {
  const place = useRef<HTMLDivElement>(null);
  const [loading, setLoading] = useState(false);
  const loadOnce = async () => {
    if (loading) return;
    setLoading(true);
    try {
      await load();
    } catch {
      // Away just now: the button stays for another try.
    } finally {
      setLoading(false);
    }
  };
  const onShown = useEffectEvent(() => void loadOnce());

  useEffect(() => {
    if (!older || !place.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onShown();
      },
      { root: place.current.closest(".timeline"), rootMargin: "300px 0px 0px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [older]);

  return (
    <div className="older" ref={place}>
      {older ? (
        <Button look="quiet" disabled={loading} onClick={() => void loadOnce()}>
          {loading ? words.conversation.loadingOlder : words.conversation.older}
        </Button>
      ) : (
        <p>{words.conversation.start}</p>
      )}
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
