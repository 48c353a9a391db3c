// Keeps the list as new as the server's: reads it again when the inbox says that it has changed.
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { useInbox } from "../../client/hooks.ts";
import { useRefreshList } from "../queries.ts";
import { HOST, rest } from "../server.ts";
import { useEndSession } from "../session/session.tsx";
import { throttled } from "./throttled.ts";

/** However much is going on, the list is read no more often. */
const PAUSE_MS = 1_000;

/** `openId`: a conversation that is open says itself that the session has ended, and goes on to be read. */
export function useLiveList(openId: number | null): void {
  const refresh = useRefreshList();
  const news = useMemo(() => throttled(refresh, PAUSE_MS), [refresh]);
  useEffect(() => news.cancel, [news]);
  useInbox({
    host: HOST,
    ticket: rest.inboxTicket,
    onOpen: news.call,
    onChanged: news.call,
    onEnded: (_code, reason) => {
      if (reason.code === "unauthorized") setOver(true);
    },
  });

  const [over, setOver] = useState(false);
  const endSession = useEffectEvent(useEndSession());
  useEffect(() => {
    if (over && openId === null) endSession();
  }, [over, openId]);
}
