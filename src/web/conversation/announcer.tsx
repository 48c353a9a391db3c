// Speaks to screen readers what is new: a message or a whole answer at a time, never single tokens or old history.
import { useEffect, useRef, useState } from "react";
import type { ConversationState } from "../../client/types.ts";
import { words } from "../words.ts";
import { announcement } from "./announcement.ts";

export function Announcer({ state }: { state: ConversationState }) {
  const { messages, turns, you } = state;
  const spoken = useRef<number | null>(null);
  const [text, setText] = useState("");
  const live = you !== null;

  useEffect(() => {
    const newest = messages.at(-1)?.id ?? 0;
    // What was there at opening is read by the reader at their own pace.
    if (spoken.current !== null && newest > spoken.current) {
      const after = spoken.current;
      const fresh = messages.filter((message) => message.id > after && message.author?.user_id !== you?.user_id);
      if (fresh.length > 0) setText(fresh.map(announcement).join(" "));
    }
    if (live) spoken.current = newest;
  }, [messages, live, you]);

  let running = false;
  for (const turn of turns.values()) running ||= turn.state === "running";
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {running ? words.conversation.answerStarted : text}
    </div>
  );
}
