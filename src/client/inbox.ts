// The user's inbox: hears which conversations have changed, through every reconnect. What changed is read over REST.
import type { ErrorBody } from "../protocol/errors.ts";
import { InboxFrame } from "../protocol/inbox.ts";
import { openConnection } from "./connection.ts";
import type { Bye } from "./conversation-state.ts";
import { type Environment, systemEnvironment } from "./environment.ts";
import { parseFrame } from "./frames.ts";

export interface InboxOptions {
  /** `http(s)://host[:port]` of the server. */
  host: string;
  /** A fresh ticket for each connection (POST /api/v1/tickets with `inbox`); throwing delays and retries. */
  ticket: () => Promise<string>;
  /** Connected, again perhaps: what happened in between was not heard, so the list must be read anew. */
  onOpen: () => void;
  onChanged: (conversationId: number) => void;
  /** The server closed it for good; no reconnect follows. */
  onEnded: (code: number, reason: ErrorBody) => void;
  /** A WebSocket class where the platform has none (Node 20). */
  WebSocket?: unknown;
  /** Time and randomness; tests bring their own. */
  environment?: Environment;
}

export interface InboxHandle {
  /** The network or the page is back: connects now if it waits, else has the socket prove that it still works. */
  wake(): void;
  close(): void;
}

export function openInbox(options: InboxOptions): InboxHandle {
  let bye: Bye | null = null;
  return openConnection({
    ...options,
    environment: options.environment ?? systemEnvironment,
    party: "inbox",
    room: "me",
    cursor: () => ({}),
    onMessage(data) {
      const frame = InboxFrame.safeParse(parseFrame(data)).data;
      if (frame?.type === "inbox.changed") options.onChanged(frame.conversation_id);
      else if (frame) bye = frame;
    },
    bye: () => bye,
    onLost() {
      bye = null;
    },
  });
}
