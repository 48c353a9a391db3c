// A viewer over server-sent events: the same frames, with the place to resume from as the event's id. The stream's own
// back-pressure is its proof of reading.

import type { Principal } from "../../auth/principal.ts";
import type { Clock } from "../../lib/clock.ts";
import type { CloseCode } from "../../protocol/errors.ts";
import type { Sink } from "./audience.ts";
import { type Frame, TURN_ENDS } from "./replay.ts";

/** Comments that keep intermediaries from closing a silent stream. */
const KEEP_ALIVE_MS = 15_000;
const QUEUE_BYTES = 64 * 1024;

export interface EventStreamOptions {
  principal: Principal;
  epoch: string;
  clock: Clock;
  /** The stream ends with this turn. */
  untilTurn: number | null;
  /** The reader took everything sent before probe `n`. */
  proof(id: string, n: number): void;
  /** The reader is gone. */
  gone(id: string): void;
}

export class EventStream implements Sink {
  readonly id = crypto.randomUUID();
  readonly principal: Principal;
  readonly since: number;
  readonly body: ReadableStream<Uint8Array>;
  #o: EventStreamOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #probe: number | null = null;
  #cancelKeepAlive = () => {};
  static #encoder = new TextEncoder();

  constructor(options: EventStreamOptions) {
    this.#o = options;
    this.principal = options.principal;
    this.since = options.clock.now();
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#drained(),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUE_BYTES }),
    );
    this.#keepAlive();
  }

  send(frame: Frame): void {
    if (frame.type === "probe") {
      const { n }: { n: number } = JSON.parse(frame.json);
      this.#probe = n;
      if ((this.#controller?.desiredSize ?? 0) > 0) queueMicrotask(() => this.#drained());
      return;
    }
    const place =
      frame.id && `${this.#o.epoch}.${frame.id.seq}${frame.id.offset === null ? "" : `.${frame.id.offset}`}`;
    this.#write(`event: ${frame.type}\n${place ? `id: ${place}\n` : ""}data: ${frame.json}\n\n`);
    if (this.#isLast(frame)) this.close();
  }

  close(_code?: CloseCode, _reason?: string): void {
    const controller = this.#controller;
    this.#end();
    controller?.close();
  }

  /** A reader that is gone is told by `cancel`; silence is what listeners do. */
  heardAt(): null {
    return null;
  }
  keepPlace(): void {}

  #isLast({ type, json }: Frame): boolean {
    const { untilTurn } = this.#o;
    return untilTurn !== null && TURN_ENDS.has(type) && json.includes(`"turn":{"id":${untilTurn},`);
  }

  #keepAlive(): void {
    this.#cancelKeepAlive = this.#o.clock.after(KEEP_ALIVE_MS, () => {
      this.#write(": alive\n\n");
      this.#keepAlive();
    });
  }

  #write(text: string): void {
    this.#controller?.enqueue(EventStream.#encoder.encode(text));
  }

  #drained(): void {
    const n = this.#probe;
    this.#probe = null;
    if (n !== null) this.#o.proof(this.id, n);
  }

  #end(): void {
    if (!this.#controller) return;
    this.#controller = null;
    this.#cancelKeepAlive();
    this.#o.gone(this.id);
  }
}
