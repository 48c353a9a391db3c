// A line in Socket.IO, by the official client: its packets are seen below it, as the engine has them.
import { Manager } from "socket.io-client";
import * as z from "zod";
import type { TransportName } from "./dialects.ts";
import { bytesOf, type Line, type LineOptions } from "./line.ts";

type SocketIoTransport = Exclude<TransportName, "plain">;

const TRANSPORTS: Readonly<Record<SocketIoTransport, ("polling" | "websocket")[]>> = {
  upgrade: ["polling", "websocket"],
  websocket: ["websocket"],
  polling: ["polling"],
};

/** Engine.IO 4: the digit that a packet begins with. */
const DIGITS = new Map(
  ["open", "close", "ping", "pong", "message", "upgrade", "noop"].map((type, digit) => [type, String(digit)]),
);
const ANSWER_MS = 15_000;
/** What a refusal brings beside its message. */
const Refusal = z.object({ message: z.string(), data: z.object({ code: z.string() }).optional().catch(undefined) });

interface SocketIoOptions extends Omit<LineOptions, "transport"> {
  transport: SocketIoTransport;
  namespace: string;
  /** Beside the token. */
  auth: Record<string, unknown>;
}

export function openSocketIo({ host, namespace, token, auth, transport, ...heard }: SocketIoOptions): Line {
  const manager = new Manager(host, { autoConnect: false, transports: TRANSPORTS[transport], withCredentials: false });
  const socket = manager.socket(namespace, { auth: { ...auth, token } });
  let watched: unknown = null;

  /** Each connection has an engine of its own, made when it is opened. */
  function watch() {
    const { engine } = manager;
    if (!engine || engine === watched) return;
    watched = engine;
    engine.on("packet", ({ type, data }) => heard.onPacket("in", ...asWritten(type, data)));
    engine.on("packetCreate", ({ type, data }) => heard.onPacket("out", ...asWritten(type, data)));
  }
  function connect() {
    manager.reconnection(true);
    heard.onState({ state: "connecting" });
    socket.connect();
    watch();
  }

  manager.on("reconnect_attempt", () => {
    heard.onState({ state: "connecting" });
    queueMicrotask(watch); // the engine is made right after this
  });
  manager.on("error", ({ message }) => heard.onState({ state: "cut", reason: message }));
  socket.on("connect", () => heard.onState({ state: "open", id: socket.id ?? "", resumed: socket.recovered }));
  socket.on("disconnect", (reason) =>
    heard.onState(
      reason === "io client disconnect" || reason === "io server disconnect"
        ? { state: "closed", reason }
        : { state: "cut", reason },
    ),
  );
  socket.on("connect_error", (error) => {
    if (socket.active) return heard.onState({ state: "cut", reason: error.message }); // it tries again by itself
    const { message, data } = Refusal.parse(error);
    heard.onState({ state: "closed", reason: data ? `${message} (${data.code})` : message });
  });
  connect();

  return {
    send(event, payload, acknowledge) {
      if (!acknowledge) return void socket.emit(event, payload);
      const sent = performance.now();
      socket.timeout(ANSWER_MS).emit(event, payload, (late: Error | null) => {
        if (!late) heard.onLatency(performance.now() - sent);
      });
    },
    cut() {
      manager.reconnection(false);
      manager.engine.close();
    },
    resume: connect,
    close: () => void socket.disconnect(),
  };
}

function asWritten(type: string, data: unknown): [raw: string, size: number] {
  const binary = data instanceof ArrayBuffer || ArrayBuffer.isView(data);
  if (binary) return [`<${data.byteLength} bytes>`, data.byteLength];
  const raw = `${DIGITS.get(type) ?? ""}${typeof data === "string" ? data : ""}`;
  return [raw, bytesOf(raw)];
}
