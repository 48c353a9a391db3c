// The sockets of the load, below any protocol: what really came over them is counted here.
import { Agent } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import WebSocket from "ws";

/** An agent for one connection, which it remembers. */
export class Wire extends Agent {
  #socket: Socket | null = null;

  override createConnection(...args: Parameters<Agent["createConnection"]>): ReturnType<Agent["createConnection"]> {
    const socket = super.createConnection(...args);
    if (isSocket(socket)) this.#socket = socket;
    return socket;
  }

  get received(): number {
    return this.#socket?.bytesRead ?? 0;
  }
  stall(): void {
    this.#socket?.pause();
  }
  /** Without a word to the other side. */
  cut(): void {
    this.#socket?.destroy();
  }
}

const isSocket = (stream: Duplex | null | undefined): stream is Socket => !!stream && "bytesRead" in stream;

export interface OpenSocket {
  socket: WebSocket;
  wire: Wire;
}

/** An open WebSocket over a wire of its own; frames go to `take` from the first one on. */
export async function openSocket(
  url: string,
  compressed: boolean,
  take: (frame: string) => void,
  closed: () => void,
): Promise<OpenSocket> {
  const wire = new Wire();
  const socket = new WebSocket(url, { agent: wire, perMessageDeflate: compressed });
  socket.on("message", (data) => take(String(data)));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve).once("error", reject);
  });
  socket.on("error", () => {}).on("close", closed);
  return { socket, wire };
}
