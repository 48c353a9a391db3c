// Tells the server how far this person has read: what arrives counts once the end is on the screen, and looked at.
import { useEffect } from "react";
import { latestOf } from "../../client/history.ts";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";

export function useReadMark(
  state: ConversationState,
  conversation: Pick<ConversationHandle, "read">,
  atEnd: boolean,
): void {
  const newest = latestOf(state.messages)?.id;
  const live = state.status.state === "live";
  useEffect(() => {
    if (newest === undefined || !live || !atEnd) return;
    const mark = () => {
      if (document.visibilityState === "visible") conversation.read(newest);
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [newest, live, atEnd, conversation]);
}
