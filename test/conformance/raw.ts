// Clients without a library: what goes over the wire is written and read packet by packet.
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import * as z from "zod";
import type { Server } from "./server.ts";

const PATIENCE_MS = 20_000;
/** A GET that waits shows nothing of itself: after this it does. */
const WAITS_MS = 500;
const Opening = z.object({
  sid: z.string(),
  upgrades: z.array(z.string()),
  pingInterval: z.number(),
  pingTimeout: z.number(),
  maxPayload: z.number(),
});
export type Opening = z.infer<typeof Opening>;

export const readOpening = (packet: string): Opening => Opening.strict().parse(JSON.parse(packet.slice(1)));

export const address = (server: Server, query: string): string => `${server.url}/socket.io/?${query}`;

/** CONNECT as the first of the two people. */
export const connectPacket = (server: Server, namespace = ""): string =>
  `40${namespace && `${namespace},`}${JSON.stringify({ token: server.tokens[0] })}`;

/** A session over HTTP long-polling. */
export class PollingClient {
  private constructor(
    readonly server: Server,
    readonly opening: Opening,
  ) {}

  static async open(server: Server): Promise<PollingClient> {
    const response = await fetch(address(server, "EIO=4&transport=polling"));
    return new PollingClient(server, readOpening(await response.text()));
  }

  get url(): string {
    return address(this.server, `EIO=4&transport=polling&sid=${this.opening.sid}`);
  }
  get(): Promise<Response> {
    return fetch(this.url);
  }
  /** A GET whose connection breaks while it waits. */
  async tornGet(): Promise<void> {
    const { hostname, port, pathname, search } = new URL(this.url);
    const socket = createConnection(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await sleep(WAITS_MS);
    socket.resetAndDestroy();
  }
  /** A GET that nothing has answered yet when this resolves. */
  async waitingGet(): Promise<{ body: Promise<string> }> {
    const body = this.get().then((response) => response.text());
    await sleep(WAITS_MS);
    return { body };
  }
  post(body: string, method = "POST"): Promise<Response> {
    return fetch(this.url, { method, body });
  }

  /** The packets of GETs until there are `count`, heartbeats aside. */
  async packets(count: number): Promise<string[]> {
    const packets: string[] = [];
    while (packets.length < count) {
      const response = await this.get();
      if (!response.ok)
        throw new Error(`A poll was answered with ${response.status} after ${JSON.stringify(packets)}.`);
      packets.push(...(await response.text()).split("\x1e").filter((packet) => packet !== "2"));
    }
    return packets;
  }

  /** Polls and posts are refused from now on, or as soon as the server has noticed. */
  async isOver(): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while ((await this.post("3")).status !== 400) if (Date.now() > end) throw new Error("The session is still open.");
    const status = (await this.get()).status;
    if (status !== 400) throw new Error(`A poll of a session that is over was answered with ${status}.`);
  }
}

/** A WebSocket: of a session of its own, or one that tries to take a polling session over. */
export class SocketClient {
  readonly socket: WebSocket;
  readonly #frames: (string | Buffer)[] = [];
  #changed: () => void = () => {};
  #end: { code: number } | null = null;
  opening: Opening | null = null;

  constructor(server: Server, query = "EIO=4&transport=websocket") {
    this.socket = new WebSocket(address(server, query).replace("http", "ws"));
    this.socket.on("message", (data: Buffer, binary) => {
      const frame = binary ? data : data.toString();
      // Pings come whenever they like, and are answered.
      if (frame === "2") return this.socket.send("3");
      this.#frames.push(frame);
      this.#changed();
    });
    this.socket.on("close", (code) => {
      this.#end = { code };
      this.#changed();
    });
    this.socket.on("error", () => {});
  }

  static async open(server: Server, query?: string): Promise<SocketClient> {
    const client = new SocketClient(server, query);
    client.opening = readOpening(await client.next());
    return client;
  }

  /** Connected to a namespace, and past the greeting. */
  static async connected(server: Server, person: 0 | 1 = 0): Promise<SocketClient> {
    const client = await SocketClient.open(server);
    await client.connect({ token: server.tokens[person] });
    return client;
  }

  /** Connects to the main namespace; the fields of its answer. */
  async connect(auth: object): Promise<{ sid: string; pid?: string | undefined }> {
    this.send(`40${JSON.stringify(auth)}`);
    // The reference sends what was missed before this.
    return Connected.parse(JSON.parse((await this.pick("40")).slice(2)));
  }

  send(...frames: (string | Uint8Array)[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  async frame(): Promise<string | Buffer> {
    await this.#until(() => this.#frames.length > 0 || this.#end !== null);
    const frame = this.#frames.shift();
    if (frame === undefined) throw new Error(`The socket was closed with ${this.#end?.code}.`);
    return frame;
  }
  async next(): Promise<string> {
    const frame = await this.frame();
    if (typeof frame !== "string") throw new Error("A binary frame came.");
    return frame;
  }
  /** The first frame from here on that begins so. */
  async first(beginning: string): Promise<string> {
    for (;;) {
      const frame = await this.next();
      if (frame.startsWith(beginning)) return frame;
    }
  }
  /** The first frame that begins so; those before it stay. */
  async pick(beginning: string): Promise<string> {
    const index = () => this.#frames.findIndex((frame) => typeof frame === "string" && frame.startsWith(beginning));
    await this.#until(() => index() >= 0 || this.#end !== null);
    const [frame] = index() < 0 ? [] : this.#frames.splice(index(), 1);
    if (frame === undefined) throw new Error(`The socket was closed with ${this.#end?.code}.`);
    return String(frame);
  }
  /** The code with which it is closed, whatever comes before. */
  async closed(): Promise<number> {
    await this.#until(() => this.#end !== null);
    return this.#end?.code ?? 0;
  }
  close(): void {
    this.socket.close();
  }

  async #until(condition: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, end - Date.now()));
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (Date.now() > end && !condition()) throw new Error("Nothing came.");
    }
  }
}

const Connected = z.object({ sid: z.string(), pid: z.string().optional() });

/** How the handshake of a WebSocket is refused: by a status, or by a close before the session opens. */
export function refusedWith(server: Server, query: string): Promise<number | "closed" | "opened"> {
  const socket = new WebSocket(address(server, query).replace("http", "ws"));
  return new Promise((resolve) => {
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on("message", () => resolve("opened"));
    socket.on("close", () => resolve("closed"));
    socket.on("error", () => {});
  });
}
