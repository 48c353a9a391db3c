// One conversation as commands wait for it: until it is open, until something has happened in it, or until it has ended.
import { openConversation } from "../client/conversation.ts";
import { systemEnvironment } from "../client/environment.ts";
import { ApiError } from "../client/http.ts";
import { CLOSED_HERE, CommandError } from "../client/requests.ts";
import type { createRest } from "../client/rest.ts";
import type { ConversationHandle } from "../client/types.ts";

/** How long the first connection may take; one that was there is waited for without end. */
const PATIENCE_MS = 15_000;
const LATE = "The conversation could not be opened: no connection within 15 seconds.";

export interface Place {
  rest: ReturnType<typeof createRest>;
  server: string;
  conversation: number;
  json: boolean;
}

export const open = ({ rest, server, conversation }: Place): ConversationHandle =>
  openConversation({ host: server, conversationId: conversation, ticket: () => rest.ticket(conversation) });

type Watched = Pick<ConversationHandle, "state" | "subscribe">;

/** Resolves when `condition` holds; rejects when the connection has ended for good. */
export function when<T>(handle: Watched, condition: () => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = condition();
      const { status } = handle.state;
      if (found === undefined && status.state !== "ended") return;
      stop();
      if (found !== undefined) resolve(found);
      else reject(new CommandError((status.state === "ended" ? status.reason : null) ?? CLOSED_HERE));
    };
    const stop = handle.subscribe(look);
    look();
  });
}

/** Resolves when all of it is here. */
export async function opened(handle: Watched): Promise<void> {
  let stop = () => {};
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new ApiError(0, { code: "unavailable", message: LATE }));
    stop = systemEnvironment.after(PATIENCE_MS, fail);
  });
  const live = when(handle, () => handle.state.status.state === "live" || undefined);
  await Promise.race([live, late]).finally(stop);
}
