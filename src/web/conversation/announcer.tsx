// Speaks to screen readers what is new: a message or a whole answer at a time, never single tokens or old history.
import { useEffect, useRef, useState } from "react";
import { latestOf } from "../../client/history.ts";
import type { ConversationState } from "../../client/types.ts";
import { words } from "../words.ts";
import { announcement } from "./announcement.ts";

export function Announcer({ state }: { state: ConversationState }) {
  const { messages, turns, you } = state;
  const spoken = useRef<{ ids: ReadonlySet<number>; until: string } | null>(null);
  const [text, setText] = useState("");
  const live = you !== null;

  useEffect(() => {
    // What was there at opening, and older history, is read by the reader at their own pace.
    if (spoken.current !== null) {
      const { ids, until } = spoken.current;
      const fresh = messages.filter(
        ({ id, created_at, author }) => !ids.has(id) && created_at >= until && author?.user_id !== you?.user_id,
      );
      if (fresh.length > 0) setText(fresh.map(announcement).join(" "));
    }
    if (live)
      spoken.current = { ids: new Set(messages.map(({ id }) => id)), until: latestOf(messages)?.created_at ?? "" };
  }, [messages, live, you]);

  let running = false;
  for (const turn of turns.values()) running ||= turn.state === "running";
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {running ? words.conversation.answerStarted : text}
    </div>
  );
}
