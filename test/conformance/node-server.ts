// The reference: Node `socket.io` with an app that speaks as much of our events as the cases need.
import { createServer } from "node:http";
import { Server as Reference, type Socket } from "socket.io";
import { listen } from "../support/listen.ts";
import { NAMESPACE, type Server } from "./server.ts";

const TOKENS: [string, string] = ["ada", "bob"];

function serve(socket: Socket): void {
  const room = (payload: { conversation_id: number }) => `conversation_${payload.conversation_id}`;
  socket.onAny((event: unknown, ...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === "function" ? last : () => {};
    if (socket.eventNames().includes(String(event))) return;
    socket.emit("error", { message: `Unknown event: ${event}` });
    acknowledge({ ok: false, error: { code: "unsupported", message: "Unknown event" } });
  });
  if (socket.nsp.name !== "/") return;
  socket.on("ping", (acknowledge?: (answer: object) => void) => {
    socket.emit("pong", { timestamp: Date.now() });
    acknowledge?.({ ok: true, timestamp: Date.now() });
  });
  socket.on("join_room", (payload: { conversation_id: number }) => {
    void socket.join(room(payload));
    socket.emit("joined_room", payload);
  });
  socket.on("send_message", (payload: { conversation_id: number; message: string }) => {
    socket.nsp.to(room(payload)).emit("new_message", { content: payload.message });
  });
  socket.on("typing", (payload: { conversation_id: number }) => {
    socket.volatile.to(room(payload)).emit("user_typing", payload);
  });
  if (!socket.recovered) socket.emit("connected", { status: "success" });
}

export async function startReference(): Promise<Server & { close(): Promise<void> }> {
  const http = createServer();
  const pingIntervalMs = 1_000;
  const io = new Reference(http, {
    pingInterval: pingIntervalMs,
    pingTimeout: 500,
    serveClient: false,
    cors: { origin: ["http://localhost:5173"], credentials: true },
    connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
  });
  for (const namespace of ["/", NAMESPACE]) {
    io.of(namespace).use((socket, next) => {
      if (TOKENS.includes(String(socket.handshake.auth.token))) return next();
      next(Object.assign(new Error("Authentication failed"), { data: { code: "unauthorized" } }));
    });
    io.of(namespace).on("connection", serve);
  }
  const port = await listen(http);
  let rooms = 0;
  return {
    kind: "node",
    url: `http://127.0.0.1:${port}`,
    pingIntervalMs,
    tokens: TOKENS,
    room: async () => ++rooms,
    shardOf: () => "",
    close: () => io.close(),
  };
}
