// Starts and speaks to Node and Python: node-server.ts and python-server.py, two servers of the same few events.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Child, startChild, startPython } from "../run/child.ts";
import type { Connection, Listener, Peer, Room, Server } from "./peer.ts";
import { connected, dial } from "./socket-io.ts";

export const node: Peer = {
  name: "Node",
  async start(folder, modelUrl) {
    mkdirSync(folder, { recursive: true });
    const child = await startChild("peers/node-server.ts", [join(folder, "node.sqlite"), modelUrl]);
    return new OrdinaryServer("Node", child);
  },
};

/** Debian's python3-socketio and python3-aiohttp. */
export const python: Peer = {
  name: "Python",
  async start(folder, modelUrl) {
    mkdirSync(folder, { recursive: true });
    const child = await startPython("peers/python-server.py", [join(folder, "python.sqlite"), modelUrl]);
    return new OrdinaryServer("Python", child);
  },
};

/** Messages sent at once when a room is filled. */
const FILLING = 100;

class OrdinaryServer implements Server {
  readonly name: "Node" | "Python";
  readonly helpers = [];
  readonly log = [];
  #child: Child;
  #rooms = 0;

  constructor(name: "Node" | "Python", child: Child) {
    this.name = name;
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
  const dialled = dial(`http://127.0.0.1:${port}`, { query: { room, user } });
  const { socket, wire } = dialled;
  let textFrames = 0;
  socket.on("token", ({ text }: { text: string }) => {
    textFrames += 1;
    listener.text?.(text);
  });
  socket.on("done", () => listener.ended?.());
  socket.on("message", () => listener.message?.());
  socket.on("disconnect", () => listener.closed?.());
  await connected(dialled);
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
