// A native socket as a test sees it: every frame parsed by the protocol's schema, kept, and waited for.
import * as z from "zod";
import type { Command } from "../../../src/protocol/commands.ts";
import type { ErrorBody } from "../../../src/protocol/errors.ts";
import { type Event, ServerFrame, type Snapshot, type Welcome } from "../../../src/protocol/frames.ts";
import { ClientSocket } from "../client-socket.ts";
import { errorOf, HOST, worker } from "../http/client.ts";

export interface Place {
  epoch?: string;
  since?: number | string;
  turn?: number;
  offset?: number;
}

const EVENT = /^(message|turn|member|conversation)\./;
type Asked = Command extends infer C ? (C extends { ref: number } ? Omit<C, "ref"> : never) : never;
type Frame = ServerFrame & { type?: string | undefined };
const Answer = z.looseObject({
  ok: z.boolean(),
  message_id: z.int().optional(),
  turn_id: z.int().optional(),
  seq: z.int().optional(),
});
export type Answer = z.infer<typeof Answer> & { error?: ErrorBody };

export class TestSocket {
  readonly frames: Frame[] = [];
  /** Answers the server's probes, as every client must. */
  reads = true;
  /** The running answer's text that was held before this connection. */
  held = "";
  #socket: ClientSocket;
  #ref = 0;

  constructor(socket: WebSocket) {
    this.#socket = new ClientSocket(socket, (data) => this.#take(data));
  }

  get closed() {
    return this.#socket.closed;
  }

  send(frame: object | string | ArrayBuffer): void {
    this.#socket.send(typeof frame === "object" && !(frame instanceof ArrayBuffer) ? JSON.stringify(frame) : frame);
  }

  /** Sends a command and waits for its reply. */
  async command(command: Asked | { type: string; [field: string]: unknown }): Promise<Answer> {
    const ref = ++this.#ref;
    this.send({ ...command, ref });
    const reply = await this.until((frame) => frame.type === "reply" && frame.ref === ref);
    const { ref: _, type: __, ...answer } = Answer.parse(reply);
    return { ...answer, ok: answer.ok };
  }

  say(content: string, more: object = {}): Promise<Answer> {
    return this.command({ type: "message.send", client_id: crypto.randomUUID(), content, ...more });
  }

  /** The first frame that fits, come or yet to come. */
  async until(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found) return found;
      if (this.closed) throw new Error(`closed ${this.closed.code} ${this.closed.reason} before the frame came`);
      await this.#socket.change();
    }
  }
  async event<T extends Event["type"]>(type: T, fits: (event: Extract<Event, { type: T }>) => boolean = () => true) {
    const is = (frame: Frame): frame is Extract<Event, { type: T }> => frame.type === type;
    const found = await this.until((frame) => is(frame) && fits(frame));
    if (!is(found)) throw new Error("unreachable");
    return found;
  }
  async text(whole: string): Promise<void> {
    while (this.answer() !== whole) {
      if (!whole.startsWith(this.answer())) throw new Error(`the text is ${this.answer()}`);
      await this.#socket.change();
    }
  }
  end(): Promise<{ code: number; reason: string }> {
    return this.#socket.end();
  }

  get events(): Event[] {
    return this.frames.filter((frame): frame is Event => EVENT.test(frame.type ?? ""));
  }
  get types(): string[] {
    return this.frames.map((frame) => frame.type ?? "text");
  }
  get welcome(): Welcome {
    const [first] = this.frames;
    if (first?.type !== "welcome") throw new Error("no welcome");
    return first;
  }
  get snapshot(): Snapshot | undefined {
    return this.frames.find((frame): frame is Snapshot => frame.type === "snapshot");
  }
  /** The text of the latest answer begun, joined by its offsets. */
  answer(): string {
    const from = this.frames.findLastIndex((frame) => frame.type === "turn.started" || frame.type === "turn.reset");
    let text = this.snapshot?.turns.find((turn) => turn.text !== undefined)?.text ?? this.held;
    if (from >= 0) text = "";
    for (const frame of this.frames.slice(Math.max(0, from))) {
      if (frame.type !== undefined) continue;
      if (frame.from !== text.length) throw new Error(`text from ${frame.from} after ${text.length}`);
      text += frame.text;
    }
    return text;
  }

  close(): void {
    this.#socket.close();
  }

  #take(data: string): void {
    if (data === "pong") return;
    const frame: Frame = ServerFrame.parse(JSON.parse(data));
    this.frames.push(frame);
    if (frame.type === "probe" && this.reads) this.send({ type: "probe", n: frame.n });
  }
}

/** The answer to an upgrade: the socket, or the refusal. */
export async function upgrade(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return worker(new Request(`${HOST}${path}`, { headers: { Upgrade: "websocket", ...headers } }));
}

export async function open(id: number, token: string, place: Place = {}): Promise<TestSocket> {
  const query = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, String(value)]));
  const response = await upgrade(`/parties/conversation/${id}?${query}`, { Authorization: `Bearer ${token}` });
  if (!response.webSocket) throw new Error(`refused: ${JSON.stringify(await errorOf(response))}`);
  const socket = new TestSocket(response.webSocket);
  await socket.until((frame) => frame.type === "welcome");
  if (socket.welcome.replay === "snapshot") await socket.until((frame) => frame.type === "snapshot");
  return socket;
}
