// A client that writes down every frame: raw WebSocket, cursors by the rules of protocol.md, back at once after a kill.
// It repeats what was not acknowledged on every new connection, over REST too when the dice say so.
import WebSocket from "ws";
import * as z from "zod";
import { type Event, type Reply, ServerFrame } from "../../../src/protocol/frames.ts";
import { MessagePosted } from "../../../src/protocol/rest.ts";
import type { Random } from "./random.ts";
import { turnEnd } from "./reading.ts";
import type { CancelRecord, ConnectionRecord, SendRecord } from "./record.ts";

const RECONNECT_MS = 20;

const Sent = z.object({ message_id: z.int(), turn_id: z.int().optional(), seq: z.int(), repeated: z.boolean() });
const Cancelled = z.object({
  state: z.enum(["queued", "running", "waiting", "finished", "failed", "cancelled", "interrupted"]),
});

/** Something that happened in a client, told at the very moment, so that a kill can follow at once. */
export type ClientHappening =
  | { type: "sent" | "acknowledged" | "cancel_acknowledged" | "live" }
  | { type: "text"; count: number }
  | { type: "turn_ended"; state: string };

export interface ClientOptions {
  name: string;
  url: string;
  token: string;
  conversation: number;
  random: Random;
  onHappening(happening: ClientHappening): void;
}

export class RecordingClient {
  readonly connections: ConnectionRecord[] = [];
  readonly sent: SendRecord[] = [];
  readonly cancels: CancelRecord[] = [];
  /** Turns that have started and not ended, as this client knows. */
  readonly openTurns = new Set<number>();
  live = false;
  #options: ClientOptions;
  #socket: WebSocket | null = null;
  #closed = false;
  #epoch: string | null = null;
  #since: number | null = null;
  #running: { turn: number; length: number; texts: number } | null = null;
  #ref = 0;
  #pending = new Map<number, SendRecord | CancelRecord>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#connect();
  }

  get seq(): number {
    return this.#since ?? 0;
  }

  /** The turn whose text is coming in, and how many text frames of it came. */
  get running(): { turn: number; texts: number } | null {
    return this.#running;
  }

  get unacknowledged(): SendRecord[] {
    return this.sent.filter(({ acknowledged, refused }) => acknowledged.length === 0 && refused.length === 0);
  }

  send(client_id: string, content: string): void {
    const record: SendRecord = { client_id, content, tries: [], acknowledged: [], refused: [] };
    this.sent.push(record);
    if (this.live) this.#sendFrame(record);
  }

  cancel(turnId: number): void {
    const record: CancelRecord = { turn_id: turnId, acknowledged: null };
    this.cancels.push(record);
    if (this.live) this.#cancelFrame(record);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close(1000);
  }

  #connect(): void {
    if (this.#closed) return;
    const { url, token, conversation, name } = this.#options;
    const asked = {
      epoch: this.#epoch,
      since: this.#since,
      turn: this.#running?.turn ?? null,
      offset: this.#running?.length ?? 0,
    };
    const query = new URLSearchParams({ token });
    if (asked.epoch !== null) query.set("epoch", asked.epoch);
    if (asked.since !== null) query.set("since", String(asked.since));
    if (asked.turn !== null) {
      query.set("turn", String(asked.turn));
      query.set("offset", String(asked.offset));
    }
    const socket = new WebSocket(`${url.replace("http", "ws")}/parties/conversation/${conversation}?${query}`);
    this.#socket = socket;
    const record: ConnectionRecord = { client: name, asked, opened: Date.now(), frames: [], malformed: [] };
    socket.on("open", () => this.connections.push(record));
    socket.on("message", (data) => this.#receive(record, String(data)));
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      this.live = false;
      this.#pending.clear();
      setTimeout(() => this.#connect(), RECONNECT_MS);
    });
  }

  #receive(record: ConnectionRecord, text: string): void {
    const parsed = ServerFrame.safeParse(JSON.parse(text));
    if (!parsed.success) return void record.malformed.push(text);
    const frame = parsed.data;
    record.frames.push({ at: Date.now(), frame });
    switch (frame.type) {
      case undefined:
        if (!this.#running) return;
        this.#running.length = frame.from + frame.text.length;
        this.#running.texts += 1;
        return this.#options.onHappening({ type: "text", count: this.#running.texts });
      case "welcome":
        this.#epoch = frame.epoch;
        if (frame.replay !== "snapshot") this.#becomeLive();
        return;
      case "snapshot": {
        this.#since = frame.seq;
        this.openTurns.clear();
        for (const turn of frame.turns) this.openTurns.add(turn.id);
        const open = frame.turns.find((turn) => turn.state === "running");
        this.#running = open ? { turn: open.id, length: open.text?.length ?? 0, texts: 0 } : null;
        return this.#becomeLive();
      }
      case "probe":
        return void this.#socket?.send(JSON.stringify({ type: "probe", n: frame.n }));
      case "reply":
        return this.#settle(frame);
      case "present":
      case "typing":
      case "reads":
      case "notice":
      case "bye":
      case "error":
      case "auth.expiring":
        return;
      default:
        return this.#takeEvent(frame);
    }
  }

  #becomeLive(): void {
    this.live = true;
    this.#options.onHappening({ type: "live" });
    for (const record of this.unacknowledged) {
      this.#sendFrame(record);
      if (record.tries.length > 1 && this.#options.random.chance(0.3)) void this.#post(record);
    }
    for (const record of this.cancels) if (!record.acknowledged) this.#cancelFrame(record);
  }

  #takeEvent(event: Event): void {
    this.#since = event.seq;
    if (event.type === "turn.started") {
      this.openTurns.add(event.turn.id);
      this.#running = { turn: event.turn.id, length: 0, texts: 0 };
    } else if (event.type === "turn.reset" && this.#running) this.#running.length = 0;
    const end = turnEnd(event);
    if (!end) return;
    this.openTurns.delete(end.turn);
    if (this.#running?.turn === end.turn) this.#running = null;
    this.#options.onHappening({ type: "turn_ended", state: event.type });
  }

  #sendFrame(record: SendRecord): void {
    const ref = ++this.#ref;
    this.#pending.set(ref, record);
    record.tries.push({ at: Date.now(), over: "socket" });
    const { client_id, content } = record;
    this.#socket?.send(JSON.stringify({ type: "message.send", ref, client_id, content }));
    this.#options.onHappening({ type: "sent" });
  }

  #cancelFrame(record: CancelRecord): void {
    const ref = ++this.#ref;
    this.#pending.set(ref, record);
    this.#socket?.send(JSON.stringify({ type: "turn.cancel", ref, turn_id: record.turn_id }));
  }

  #settle(reply: Reply): void {
    const record = this.#pending.get(reply.ref);
    this.#pending.delete(reply.ref);
    if (!record) return;
    const at = Date.now();
    if ("turn_id" in record) {
      if (reply.ok) record.acknowledged = { at, ...Cancelled.parse(reply) };
      this.#options.onHappening({ type: "cancel_acknowledged" });
    } else if (reply.ok) {
      const { message_id, turn_id = null, seq, repeated } = Sent.parse(reply);
      record.acknowledged.push({ at, message_id, turn_id, seq, repeated });
      this.#options.onHappening({ type: "acknowledged" });
    } else record.refused.push(reply.error.code);
  }

  /** The same message by REST: what the socket's command did or will do must not happen twice. */
  async #post(record: SendRecord): Promise<void> {
    const { url, token, conversation } = this.#options;
    record.tries.push({ at: Date.now(), over: "rest" });
    try {
      const response = await fetch(`${url}/api/v1/conversations/${conversation}/messages?wait=false`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ client_id: record.client_id, content: record.content }),
      });
      if (!response.ok) return void record.refused.push(`REST ${response.status}`);
      const { message, turn } = MessagePosted.parse(await response.json());
      const more = { turn_id: turn?.id ?? null, seq: null, repeated: null };
      record.acknowledged.push({ at: Date.now(), message_id: message.id, ...more });
    } catch {
      // Killed in the middle: it may have happened or not, which is what the socket's repetition finds out.
    }
  }
}
