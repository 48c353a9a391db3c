// Speaks the native protocol as cheaply as a load generator must: looks at what it needs of each frame (the tests hold the
// frames to their whole schemas), and keeps the cursors by which it comes back after a break.
import type WebSocket from "ws";
import * as z from "zod";
import { type Person, postTicket } from "../../test/support/harness/api.ts";
import type { Connection, Listener } from "./peer.ts";
import { Replies } from "./replies.ts";
import { type OpenSocket, openSocket, type Wire } from "./wire.ts";

/** Of every frame: twenty of these are read for each message that is sent. */
const Frame = z.object({
  type: z.string().optional(),
  from: z.int().optional(),
  text: z.string().optional(),
  ref: z.int().optional(),
  ok: z.boolean().optional(),
  seq: z.int().optional(),
});
/** Of those that come seldom. */
const Rare = z.object({
  n: z.number().optional(),
  epoch: z.string().optional(),
  replay: z.string().optional(),
  turn: z.object({ id: z.int() }).optional(),
  messages: z.array(z.object({ id: z.int() })).optional(),
  turns: z.array(z.object({ id: z.int(), text: z.string().optional() })).optional(),
});
type Frame = z.infer<typeof Frame>;

/** Where a client stands that comes back. */
interface Place {
  epoch: string;
  since: number;
  turn: number;
  offset: number;
}

export class EdgewiseConnection implements Connection {
  #url: string;
  #conversation: number;
  #person: Person;
  #listener: Listener;
  #place: Place;
  #replies = new Replies<Frame>();
  #textFrames = 0;
  #oldest = 0;
  #opened = () => {};
  #socket: WebSocket | null = null;
  #wire: Wire | null = null;

  private constructor(url: string, conversation: number, person: Person, listener: Listener, place: Place) {
    this.#url = url;
    this.#conversation = conversation;
    this.#person = person;
    this.#listener = listener;
    this.#place = place;
  }

  /** A first visit. */
  static async open(
    url: string,
    conversation: number,
    person: Person,
    listener: Listener,
  ): Promise<EdgewiseConnection> {
    const nowhere = { epoch: "", since: 0, turn: 0, offset: 0 };
    const connection = new EdgewiseConnection(url, conversation, person, listener, nowhere);
    await connection.#connect({ token: person.token });
    return connection;
  }

  /** The same person again, as the client library does it: with a ticket, and the cursors of the lost connection. */
  async reopen(listener: Listener): Promise<EdgewiseConnection> {
    const { epoch, since, turn, offset } = this.#place;
    const again = new EdgewiseConnection(this.#url, this.#conversation, this.#person, listener, { ...this.#place });
    const ticket = await postTicket(this.#url, this.#person, this.#conversation);
    const cursors = { epoch, since: String(since), ...(turn ? { turn: String(turn), offset: String(offset) } : {}) };
    await again.#connect({ ticket, ...cursors });
    return again;
  }

  async #connect(query: Record<string, string>): Promise<void> {
    const opened = new Promise<void>((resolve) => {
      this.#opened = resolve;
    });
    const address = `${this.#url.replace("http", "ws")}/parties/conversation/${this.#conversation}`;
    const { socket, wire }: OpenSocket = await openSocket(
      `${address}?${new URLSearchParams(query)}`,
      this.#listener.compressed ?? false,
      (json) => this.#take(JSON.parse(json)),
      () => {
        this.#replies.fail(new Error("The connection is closed."));
        this.#listener.closed?.();
      },
    );
    this.#socket = socket;
    this.#wire = wire;
    await opened;
  }

  async send(content: string, { answer }: { answer: boolean }): Promise<void> {
    await this.#ask({ type: "message.send", client_id: crypto.randomUUID(), content, answer });
  }
  async older(): Promise<void> {
    await this.#ask({ type: "history", before: this.#oldest });
  }
  received(): number {
    return this.#wire?.received ?? 0;
  }
  textFrames(): number {
    return this.#textFrames;
  }
  stall(): void {
    this.#wire?.stall();
  }
  close(): void {
    this.#socket?.terminate();
  }

  async #ask(command: object): Promise<void> {
    const reply = await this.#replies.ask((ref) => this.#socket?.send(JSON.stringify({ ...command, ref })));
    if (!reply.ok) throw new Error(`refused: ${JSON.stringify(reply)}`);
  }

  #take(json: unknown): void {
    const frame = Frame.parse(json);
    if (frame.type === undefined) return this.#takeText(frame.from ?? 0, frame.text ?? "");
    switch (frame.type) {
      case "welcome": {
        const { epoch = "", replay } = Rare.parse(json);
        this.#place.epoch = epoch;
        if (replay !== "snapshot") this.#opened();
        return;
      }
      case "snapshot": {
        const { messages = [], turns = [] } = Rare.parse(json);
        this.#place.since = frame.seq ?? 0;
        this.#oldest = messages[0]?.id ?? 1;
        for (const { id, text } of turns) if (text !== undefined) this.#begin(id, text);
        return this.#opened();
      }
      case "probe":
        return this.#socket?.send(JSON.stringify({ type: "probe", n: Rare.parse(json).n }));
      case "reply":
        return this.#replies.settle(frame.ref ?? 0, frame);
    }
    if (frame.seq === undefined) return;
    this.#place.since = frame.seq;
    if (frame.type === "turn.started") this.#begin(Rare.parse(json).turn?.id ?? 0, "");
    else if (frame.type === "turn.finished") this.#listener.ended?.();
    else if (frame.type === "message.created") this.#listener.message?.();
  }

  #begin(turn: number, text: string): void {
    this.#place = { ...this.#place, turn, offset: text.length };
    if (text !== "") this.#listener.text?.(text);
  }

  #takeText(from: number, text: string): void {
    this.#textFrames += 1;
    if (from !== this.#place.offset) throw new Error(`Text from ${from} came where ${this.#place.offset} was due.`);
    this.#place.offset = from + text.length;
    this.#listener.text?.(text);
  }
}
