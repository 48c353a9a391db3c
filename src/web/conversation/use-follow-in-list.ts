// Keeps the open conversation's entry in the list as new as the conversation itself.
import { useEffect, useMemo } from "react";
import { latestOf, withoutOthers } from "../../client/history.ts";
import type { ConversationState } from "../../client/types.ts";
import { useTellList } from "../queries.ts";

export function useFollowInList(id: number, { conversation, messages, status }: ConversationState): void {
  const tell = useTellList();
  const last = useMemo(() => latestOf(withoutOthers(messages)), [messages]);
  const title = conversation?.title;
  const live = status.state === "live";
  useEffect(() => {
    if (live && last) tell(id, { last_message: last });
  }, [id, last, live, tell]);
  useEffect(() => {
    tell(id, { title });
    // Once it is closed, others may rename it unseen.
    return () => tell(id, { title: undefined });
  }, [id, title, tell]);
}
