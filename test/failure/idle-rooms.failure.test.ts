// The idle time-out of file rooms, on the bare runtime with a short time.
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createConversation, type Person } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { openStage, type Stage } from "../support/stage.ts";

let stage: Stage;
let ada: Person;
let conversation: number;
const sockets: Socket[] = [];

beforeAll(async () => {
  stage = await openStage({ IDLE_TIMEOUT_S: "2" });
  ada = await stage.person("ada-idle");
  conversation = await createConversation(stage.server.url, ada, []);
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await stage.close();
});

/** What a client is told after it has said this, and why it ended. */
function client(transport: string, ...events: [string, object][]) {
  const socket = io(stage.server.url, { auth: { token: ada.token }, forceNew: true, transports: [transport] });
  sockets.push(socket);
  const seen = { socket, told: [] as unknown[], ended: "" };
  socket.on("connect", () => {
    for (const [event, payload] of events) socket.emit(event, payload);
  });
  socket.on("idle_timeout", (payload: unknown) => seen.told.push(payload));
  socket.on("disconnect", (reason) => {
    seen.ended = reason;
  });
  return seen;
}

it.each([["websocket"], ["polling"]])(
  "whoever only holds file rooms and says nothing is told, and sent away over %s",
  async (by) => {
    const room: [string, object] = ["join_room", { conversation_id: conversation }];
    const quiet = client(by, room);
    const other = client(by, room, ["join_conversation", { conversation_id: conversation }]);
    const busy = client(by, room);
    const beats = setInterval(() => busy.socket.emit("client_activity"), 500);
    await until(() => quiet.ended !== "", "the quiet one is sent away", 40_000);
    expect([quiet.ended, quiet.told]).toEqual([
      "io server disconnect",
      [{ message: "Nothing was done here. Connect again to go on." }],
    ]);
    expect([other.ended, other.told, busy.ended, busy.told]).toEqual(["", [], "", []]);
    clearInterval(beats);
    await until(() => busy.ended !== "", "the busy one is sent away once it is quiet", 40_000);
    expect([other.ended, other.told]).toEqual(["", []]);
  },
);
