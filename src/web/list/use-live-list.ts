// Keeps the list as new as the server's: reads it again when the inbox says that it has changed.
import { useEffect, useMemo } from "react";
import { useInbox } from "../../client/hooks.ts";
import { useRefreshList } from "../queries.ts";
import { HOST, rest } from "../server.ts";
import { useEndSession } from "../session/session.tsx";
import { throttled } from "./throttled.ts";

/** However much is going on, the list is read no more often. */
const PAUSE_MS = 1_000;

export function useLiveList(): void {
  const refresh = useRefreshList();
  const endSession = useEndSession();
  const news = useMemo(() => throttled(refresh, PAUSE_MS), [refresh]);
  useEffect(() => news.cancel, [news]);
  useInbox({
    host: HOST,
    ticket: rest.inboxTicket,
    onOpen: news.call,
    onChanged: news.call,
    onEnded: (_code, reason) => {
      if (reason.code === "unauthorized") endSession();
    },
  });
}
