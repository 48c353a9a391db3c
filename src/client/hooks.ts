// React's view of a conversation, and of the inbox: opened while a component shows it, closed when it goes.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { openConversation } from "./conversation.ts";
import { type InboxHandle, type InboxOptions, openInbox } from "./inbox.ts";
import type { ConversationHandle, ConversationOptions, ConversationState } from "./types.ts";

export interface OpenConversation {
  state: ConversationState | null;
  handle: ConversationHandle | null;
}

const nothing = { subscribe: () => () => {}, read: () => null };

/**
 * The conversation that `options` name, or nothing for null. Opened anew when `host` or `conversationId` change;
 * `ticket` may be a new function at every render.
 */
export function useConversation(options: ConversationOptions | null): OpenConversation {
  const handle = useHandle(options);
  const state = useSyncExternalStore(
    handle?.subscribe ?? nothing.subscribe,
    handle ? () => handle.state : nothing.read,
    nothing.read,
  );
  return { state, handle };
}

function useHandle(options: ConversationOptions | null): ConversationHandle | null {
  const [handle, setHandle] = useState<ConversationHandle | null>(null);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const host = options?.host;
  const conversationId = options?.conversationId;
  useEffect(() => {
    const first = latest.current;
    if (!first || host === undefined || conversationId === undefined) return;
    const ticket = () => (latest.current ?? first).ticket();
    const opened = openConversation({ ...first, host, conversationId, ticket });
    const forget = wakeWithThePage(opened);
    setHandle(opened);
    return () => {
      forget();
      opened.close();
      setHandle(null);
    };
  }, [host, conversationId]);
  return handle;
}

/** The inbox, while the component is shown. Opened anew when `host` changes; the functions may be new at every render. */
export function useInbox(options: InboxOptions): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const { host } = options;
  useEffect(() => {
    const inbox = openInbox({
      ...latest.current,
      host,
      ticket: () => latest.current.ticket(),
      onOpen: () => latest.current.onOpen(),
      onChanged: (id) => latest.current.onChanged(id),
      onEnded: (code, reason) => latest.current.onEnded(code, reason),
    });
    const forget = wakeWithThePage(inbox);
    return () => {
      forget();
      inbox.close();
    };
  }, [host]);
}

/** A page that was hidden, asleep or offline finds out at once whether its socket still works. */
function wakeWithThePage(connection: Pick<InboxHandle, "wake">): () => void {
  const wake = () => {
    if (document.visibilityState === "visible") connection.wake();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
  };
}
