// A client on a fake server, with a clock that only the test moves.
import { afterEach, beforeEach, vi } from "vitest";
import { openConversation } from "../../../src/client/conversation.ts";
import { systemEnvironment } from "../../../src/client/environment.ts";
import type { ConversationHandle, ConversationOptions } from "../../../src/client/types.ts";
import { FakeServer } from "./fake-server.ts";

/** Fake time for every test of a file; `systemEnvironment` and partysocket both read it. */
export function onFakeTime() {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
}

/** Lets `ms` pass, with everything that becomes due. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

let ids = 0;

/** Connected to `server`; reconnects take the shortest delay. */
export function open(
  server: Pick<FakeServer, "WebSocket">,
  options: Partial<ConversationOptions> = {},
): ConversationHandle {
  return openConversation({
    host: "http://chat.test:8821",
    conversationId: 7,
    ticket: async () => "ticket",
    WebSocket: server.WebSocket,
    environment: { ...systemEnvironment, random: () => 0, newId: () => `id-${++ids}` },
    ...options,
  });
}

/** A client that has arrived in a conversation of one message. */
export async function live() {
  const server = new FakeServer();
  server.post("hello");
  const client = open(server);
  await pass(10);
  return { server, client };
}
