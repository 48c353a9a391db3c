// Starts and speaks to DO and DO25: relay.worker.ts on the bare runtime.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import * as z from "zod";
import { freePort } from "../../test/support/server.ts";
import { type Runtime, serve } from "../../test/support/workerd.ts";
import type { Connection, Listener, Peer, Room, Server } from "./peer.ts";
import { Replies } from "./replies.ts";
import { openSocket } from "./wire.ts";

const Frame = z.object({
  type: z.enum(["token", "done", "message", "ack"]),
  text: z.string().optional(),
  ref: z.int().optional(),
});

const WORKER = join(import.meta.dirname, "relay.worker.ts");
const GATHER_MS = { DO: 0, DO25: 25 };

/** `delayMs` is planted by the self-test. */
export const relay = (name: keyof typeof GATHER_MS, delayMs = 0): Peer => ({
  name,
  async start(folder, modelUrl) {
    const port = await freePort();
    const storage = join(folder, "objects");
    const vars = { MODEL_URL: modelUrl, GATHER_MS: String(GATHER_MS[name]), DELAY_MS: String(delayMs) };
    const file = join(folder, "relay.capnp");
    mkdirSync(storage, { recursive: true });
    writeFileSync(join(folder, "relay.js"), stripTypeScriptTypes(readFileSync(WORKER, "utf8")));
    writeFileSync(file, configuration(port, storage, vars));
    return new RelayServer(name, await serve(file, `http://127.0.0.1:${port}`));
  },
});

const configuration = (port: number, storage: string, vars: Record<string, string>) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "storage", disk = (path = "${storage}", writable = true)),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "relay.js", esModule = embed "relay.js")],
  compatibilityDate = "2026-08-15",
  bindings = [
    (name = "ROOM", durableObjectNamespace = "RelayRoom"),
    ${Object.entries(vars)
      .map(([name, value]) => `(name = "${name}", text = "${value}")`)
      .join(", ")}
  ],
  durableObjectNamespaces = [(className = "RelayRoom", uniqueKey = "relay", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
`;

class RelayServer implements Server {
  readonly name;
  readonly helpers = [];
  #runtime: Runtime;
  #rooms = 0;

  constructor(name: "DO" | "DO25", runtime: Runtime) {
    this.name = name;
    this.#runtime = runtime;
  }

  get pid(): number {
    return this.#runtime.pid;
  }
  get log(): readonly string[] {
    return this.#runtime.log;
  }
  async database(): Promise<null> {
    return null;
  }

  async room(): Promise<Room> {
    const url = `${this.#runtime.url.replace("http", "ws")}/room-${this.#rooms++}`;
    return { join: (listener) => connect(url, listener), rejoin: (_, listener) => connect(url, listener), fill: null };
  }

  stop(): Promise<void> {
    return this.#runtime.stop();
  }
}

async function connect(url: string, listener: Listener): Promise<Connection> {
  const replies = new Replies<void>();
  let textFrames = 0;
  const take = (json: string) => {
    const frame = Frame.parse(JSON.parse(json));
    if (frame.type === "token") {
      textFrames += 1;
      listener.text?.(frame.text ?? "");
    } else if (frame.type === "done") listener.ended?.();
    else if (frame.type === "message") listener.message?.();
    else replies.settle(frame.ref ?? 0);
  };
  const { socket, wire } = await openSocket(url, listener.compressed ?? false, take, () => {
    replies.fail(new Error("The connection is closed."));
    listener.closed?.();
  });
  return {
    send: (content, { answer }) => replies.ask((ref) => socket.send(JSON.stringify({ ref, content, answer }))),
    received: () => wire.received,
    textFrames: () => textFrames,
    stall: () => wire.stall(),
    close: () => socket.terminate(),
  };
}
