// The same client in Node: a real WebSocket over loopback, with the `ws` package where the platform has none.
import { createServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { openConversation } from "../../../src/client/conversation.ts";
import type { ConversationHandle, ConversationState } from "../../../src/client/types.ts";
import { listen } from "../../support/listen.ts";
import { AT, CONVERSATION, newMessage, newTurn } from "../../support/samples.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const until = (client: ConversationHandle, holds: (state: ConversationState) => boolean) =>
  new Promise<ConversationState>((resolve) => {
    const check = () => {
      if (!holds(client.state)) return;
      stop();
      resolve(client.state);
    };
    const stop = client.subscribe(check);
    check();
  });

it("connects, shows an answer, and comes back after the socket was torn down", async () => {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const addresses: string[] = [];
  server.on("connection", (socket, request) => {
    addresses.push(request.url ?? "");
    const again = addresses.length > 1;
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    send({
      ...{
        type: "welcome",
        v: 1,
        you: { user_id: 1, name: "Ann", role: "member", can: [], changes_from: 1 },
        conversation: CONVERSATION,
      },
      ...{ members: [], present: [], epoch: "e1", latest_seq: 1, replay: again ? "events" : "snapshot" },
      session_expires_at: AT,
    });
    if (!again) {
      const turns = [{ ...newTurn(1, 1), text: "Half" }];
      send({ type: "snapshot", seq: 1, messages: [newMessage(1)], turns, older: false });
      setImmediate(() => socket.terminate());
    } else send({ from: 4, text: " and whole" });
  });
  const host = `http://127.0.0.1:${await listen(http)}`;
  const client = openConversation({ host, conversationId: 7, ticket: async () => "t", WebSocket });
  closing.push(
    () => client.close(),
    () => http.close(),
  );

  const state = await until(client, ({ turns }) => turns.get(1)?.text === "Half and whole");
  expect(state.status).toEqual({ state: "live" });
  expect(addresses[1]).toMatch(/^\/parties\/conversation\/7\?.*ticket=t&epoch=e1&since=1&turn=1&offset=4$/);
});

it("keeps trying while nobody answers", async () => {
  const client = openConversation({
    ...{ host: "http://127.0.0.1:9", conversationId: 7, ticket: async () => "t", WebSocket },
  });
  closing.push(() => client.close());
  const { status } = await until(client, ({ status }) => status.state === "reconnecting" && status.attempt === 2);
  expect(status).toEqual({ state: "reconnecting", attempt: 2 });
});
