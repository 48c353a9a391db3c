// One Engine.IO session over HTTP long-polling: at most one GET waits, everything of one turn of the event loop goes out as
// one body, and what nobody fetches is bounded. It knows no other session and no packet above the engine.
import type { Clock } from "../lib/clock.ts";
import { type EnginePacket, encodeBody } from "./engine-packet.ts";
import { GATEWAY } from "./limits.ts";

export interface PollingHost {
  clock: Clock;
  /** The session is over; called once. `rest`: what no GET has fetched yet. */
  closed(reason: string, rest: readonly EnginePacket[]): void;
}

type Waiting = { answer: (body: string) => void };

export class Polling {
  #host: PollingHost;
  #buffer: EnginePacket[] = [];
  #size = 0;
  #waiting: Waiting | null = null;
  #flushing = false;
  #cancelPing: () => void = () => {};
  #over = false;
  /** A WebSocket is being tried: GETs end soon with a noop, so that the client can change over. */
  #probing = false;

  constructor(host: PollingHost) {
    this.#host = host;
    this.#ping();
  }

  /** The body of one GET; null when another one waits already: then the session is over. */
  poll(signal: AbortSignal): Promise<string> | null {
    if (this.#waiting) {
      this.abort("overlapping polls");
      return null;
    }
    return new Promise((resolve) => {
      const answer = (body: string) => {
        this.#waiting = null;
        signal.removeEventListener("abort", gone);
        resolve(body);
      };
      const gone = () => {
        this.#waiting = null;
        resolve("");
        this.abort("transport close");
      };
      this.#waiting = { answer };
      signal.addEventListener("abort", gone, { once: true });
      if (signal.aborted) gone();
      else if (this.#buffer.length > 0) this.#flush();
      else if (this.#probing) this.#host.clock.after(GATEWAY.probeNoopMs, () => this.#noop());
    });
  }

  send(packets: readonly EnginePacket[]): void {
    for (const packet of packets) {
      if (this.#over) return;
      // What has no room is not lost: the client comes back for it with the offset of the last that had.
      if (this.#size > GATEWAY.pollingBuffer) return this.end("not fetched");
      this.#buffer.push(packet);
      this.#size += packet.data.length;
    }
    if (this.#over || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Something came from the client: it is alive. */
  heard(): void {
    if (!this.#over) this.#ping();
  }

  /** A WebSocket of this session asks to take over. */
  probe(on: boolean): void {
    this.#probing = on;
    if (on) this.#noop();
  }

  /** The WebSocket takes over: what is not fetched yet, in order. */
  handOver(): EnginePacket[] {
    const rest = this.#buffer;
    this.#buffer = [];
    this.#over = true;
    this.#cancelPing();
    this.#waiting?.answer(encodeBody([NOOP]));
    return rest;
  }

  /** Ends the session in order: what is not fetched and the close are for the waiting GET, or the next one. */
  end(reason: string): void {
    if (this.#over) return;
    this.#buffer.push(CLOSE);
    this.#flush();
    this.#close(reason);
  }

  /** Ends it at once: `last` is for the waiting GET only. */
  abort(reason: string, last: EnginePacket = CLOSE): void {
    if (this.#over) return;
    this.#buffer.push(last);
    this.#flush();
    this.#buffer = [];
    this.#close(reason);
  }

  #close(reason: string): void {
    this.#over = true;
    this.#cancelPing();
    this.#host.closed(reason, this.#buffer);
  }

  #flush(): void {
    if (!this.#waiting || this.#buffer.length === 0) return;
    const body = encodeBody(this.#buffer);
    this.#buffer = [];
    this.#size = 0;
    this.#waiting.answer(body);
  }

  #noop(): void {
    if (this.#buffer.length > 0) this.#flush();
    else this.#waiting?.answer(encodeBody([NOOP]));
  }

  /** The server asks, the client answers (Engine.IO 4, "Heartbeat"). */
  #ping(): void {
    const { clock } = this.#host;
    this.#cancelPing();
    this.#cancelPing = clock.after(GATEWAY.pingIntervalMs, () => {
      this.send([{ type: "ping", data: "" }]);
      this.#cancelPing = clock.after(GATEWAY.pingTimeoutMs, () => this.abort("ping timeout"));
    });
  }
}

export const CLOSE: EnginePacket = { type: "close", data: "" };
export const NOOP: EnginePacket = { type: "noop", data: "" };
