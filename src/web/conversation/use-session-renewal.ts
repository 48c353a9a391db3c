// Renews the session on the open socket before it ends, so that nobody is thrown out of a conversation.
import { useEffect } from "react";
import type { ConversationHandle, ConversationState } from "../../client/types.ts";
import { rest } from "../server.ts";
import { useEndSession } from "../session/session.tsx";

/** When the server would say `auth.expiring` (protocol.md, Signals). */
const BEFORE_MS = 60_000;

/** Answers the way to the log-in, for when it ended all the same. */
export function useSessionRenewal(
  { session_expires_at, status }: ConversationState,
  conversation: Pick<ConversationHandle, "refresh">,
): () => void {
  const live = status.state === "live";
  useEffect(() => {
    if (!session_expires_at || !live) return;
    const wait = Date.parse(session_expires_at) - Date.now() - BEFORE_MS;
    const renew = async () => {
      const { access_token } = await rest.refresh();
      await conversation.refresh(access_token);
    };
    // Failing here is no news: the server ends the session in time, and says so on the socket.
    const timer = setTimeout(() => void renew().catch(() => {}), Math.max(wait, 0));
    return () => clearTimeout(timer);
  }, [session_expires_at, live, conversation]);
  return useEndSession();
}
