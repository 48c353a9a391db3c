// React's view of a conversation: opened while a component shows it, closed when it goes.
import { useEffect, useState, useSyncExternalStore } from "react";
import { openConversation } from "./conversation.ts";
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
  const [latest] = useState({ options });
  useEffect(() => {
    latest.options = options;
  });
  const host = options?.host;
  const conversationId = options?.conversationId;
  useEffect(() => {
    const first = latest.options;
    if (!first || host === undefined || conversationId === undefined) return;
    const ticket = () => (latest.options ?? first).ticket();
    const opened = openConversation({ ...first, host, conversationId, ticket });
    const wake = () => {
      if (document.visibilityState === "visible") opened.wake();
    };
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    setHandle(opened);
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      opened.close();
      setHandle(null);
    };
  }, [latest, host, conversationId]);
  return handle;
}

/** A connection in words: `text` is null when there is nothing to say. */
export interface ConnectionWords {
  state: ConversationState["status"]["state"];
  text: string | null;
}

const ended = (handle: ConversationHandle): string => {
  const { status } = handle.state;
  return (status.state === "ended" && status.reason?.message) || "The conversation is closed.";
};

/** How the connection stands, ready to be shown. Changes only when the words do. */
export function useConnection(handle: ConversationHandle | null): ConnectionWords {
  const subscribe = handle?.subscribe ?? nothing.subscribe;
  const state = useSyncExternalStore(subscribe, () => handle?.state.status.state ?? "connecting");
  const text = useSyncExternalStore(subscribe, () => {
    switch (handle?.state.status.state) {
      case undefined:
      case "connecting":
        return "Connecting…";
      case "live":
        return null;
      case "reconnecting":
        return "Connection lost. Reconnecting…";
      case "ended":
        return ended(handle);
    }
  });
  return { state, text };
}
