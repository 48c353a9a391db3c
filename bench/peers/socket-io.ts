// Socket.IO clients of the benchmark: of a room of Node's or Python's, and of this product in the words of its file rooms.
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import * as z from "zod";
import type { Person } from "../../test/support/harness/api.ts";
import type { Connection, Listener } from "./peer.ts";
import { Wire } from "./wire.ts";

interface Dialled {
  socket: Socket;
  wire: Wire;
}

/** A WebSocket of its own, on its way. */
export function dial(url: string, options: { auth?: object; query?: Record<string, string> }): Dialled {
  const wire = new Wire();
  const inNode: object = { agent: wire, perMessageDeflate: false }; // goes on to `ws`; the client's types know browsers only
  const socket = io(url, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    ...options,
    ...inNode,
  });
  return { socket, wire };
}

export const connected = ({ socket }: Dialled): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once("connect", resolve).once("connect_error", reject);
  });

const Chunk = z.object({ chunk: z.string() });
const Done = z.object({ ok: z.literal(true) });

/** In this product's file rooms. The room answers those who address the assistant. */
export async function enterFileRoom(
  url: string,
  conversation_id: number,
  { token }: Person,
  listener: Listener,
): Promise<Connection> {
  const dialled = dial(url, { auth: { token } });
  const { socket, wire } = dialled;
  let textFrames = 0;
  socket.on("ai_response_chunk", (payload: unknown) => {
    textFrames += 1;
    listener.text?.(Chunk.parse(payload).chunk);
  });
  socket.on("ai_response_complete", () => listener.ended?.());
  socket.on("new_message", () => listener.message?.());
  socket.on("disconnect", () => listener.closed?.());
  await connected(dialled);
  Done.parse(await socket.emitWithAck("join_room", { conversation_id }));
  return {
    async send(content, { answer }) {
      const message = answer ? `@assistant ${content}` : content;
      Done.parse(await socket.emitWithAck("send_message", { conversation_id, message }));
    },
    async recover(awayMs) {
      wire.cut();
      await sleep(awayMs);
      socket.connect();
      await connected(dialled);
      if (!socket.recovered) throw new Error("The session was not recovered.");
    },
    received: () => wire.received,
    textFrames: () => textFrames,
    stall: () => wire.stall(),
    close: () => socket.disconnect(),
  };
}
