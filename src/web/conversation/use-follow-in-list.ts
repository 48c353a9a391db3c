// Keeps the open conversation's entry in the list as new as the conversation itself.
import { useEffect } from "react";
import type { ConversationState } from "../../client/types.ts";
import { usePatchList } from "../queries.ts";

export function useFollowInList(id: number, { conversation, messages, status }: ConversationState): void {
  const patch = usePatchList();
  const last = messages.at(-1);
  const title = conversation?.title;
  const live = status.state === "live";
  useEffect(() => {
    if (title !== undefined) patch(id, { title });
  }, [id, title, patch]);
  useEffect(() => {
    if (live && last) patch(id, { last_message: last, unread: 0 });
  }, [id, last, live, patch]);
}
