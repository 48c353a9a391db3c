// Starts and speaks to Node: node-server.ts over socket.io-client.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { io } from "socket.io-client";
import { type Child, startChild } from "../run/child.ts";
import type { Connection, Listener, Peer, Room, Server } from "./peer.ts";
import { Wire } from "./wire.ts";

export const node: Peer = {
  name: "Node",
  async start(folder, modelUrl) {
    mkdirSync(folder, { recursive: true });
    return new NodeServer(await startChild("peers/node-server.ts", [join(folder, "node.sqlite"), modelUrl]));
  },
};

/** Messages sent at once when a room is filled. */
const FILLING = 100;

class NodeServer implements Server {
  readonly name = "Node";
  readonly helpers = [];
  readonly log = [];
  #child: Child;
  #rooms = 0;

  constructor(child: Child) {
    this.#child = child;
  }

  get pid(): number {
    return this.#child.pid;
  }
  async database(): Promise<null> {
    return null;
  }

  async room(people: number): Promise<Room> {
    const room = `room-${this.#rooms++}`;
    let joined = 0;
    const join = (listener: Listener) => connect(this.#child.port, room, `user-${joined++ % people}`, listener);
    return {
      join,
      rejoin: (_, listener) => join(listener),
      async fill(messages, content) {
        const writer = await join({});
        for (let left = messages; left > 0; left -= FILLING)
          await Promise.all(
            Array.from({ length: Math.min(left, FILLING) }, () => writer.send(content, { answer: false })),
          );
        writer.close();
      },
    };
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

async function connect(port: number, room: string, user: string, listener: Listener): Promise<Connection> {
  const wire = new Wire();
  const inNode: object = { agent: wire }; // goes on to `ws`; the client's types know browsers only
  let textFrames = 0;
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    query: { room, user },
    ...inNode,
  });
  socket.on("token", ({ text }: { text: string }) => {
    textFrames += 1;
    listener.text?.(text);
  });
  socket.on("done", () => listener.ended?.());
  socket.on("message", () => listener.message?.());
  socket.on("disconnect", () => listener.closed?.());
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("connect_error", reject);
  });
  const [oldest]: { id: number }[] = await socket.emitWithAck("open");
  return {
    send: (content, { answer }) => socket.emitWithAck("message", content, answer),
    older: () => socket.emitWithAck("history", oldest?.id ?? 1),
    received: () => wire.received,
    textFrames: () => textFrames,
    stall: () => wire.stall(),
    close: () => socket.disconnect(),
  };
}
