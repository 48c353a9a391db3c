// One Engine.IO session over a WebSocket: the beat of its heart, and what its client may have unread. What outlives
// hibernation is in the pipe's note; what is unread is not, since a client that reads has answered by then.
import type { Clock } from "../lib/clock.ts";
import { type Data, type EnginePacket, encodeFrame } from "./engine-packet.ts";
import { GATEWAY } from "./limits.ts";
import type { Note } from "./notes.ts";

/** A WebSocket, as the platform gives it. */
export interface Pipe {
  readonly note: Note;
  keep(note: Note): void;
  send(data: Data): void;
  close(code: number, reason: string): void;
}

export class Line {
  readonly pipe: Pipe;
  readonly #clock: Clock;
  /** Bytes sent since the last proof of reading. */
  #unread = 0;
  /** How many of them the ping that is out will prove. */
  #asked: number | null = null;

  constructor(pipe: Pipe, clock: Clock) {
    this.pipe = pipe;
    this.#clock = clock;
  }

  /** When the next ping is due, epoch ms. */
  get pingDue(): number {
    return this.pipe.note.pinged + GATEWAY.pingIntervalMs;
  }

  /** Nothing came since a ping that should have been answered by now. */
  get dead(): boolean {
    const { awaiting, pinged } = this.pipe.note;
    return awaiting && this.#clock.now() - pinged >= GATEWAY.pingTimeoutMs;
  }

  /** The platform takes whatever is sent and shows no buffer: true when the client has more unread than it may. */
  get choked(): boolean {
    return this.#unread > GATEWAY.unread;
  }

  send(packets: readonly EnginePacket[]): void {
    for (const packet of packets) this.#transmit(encodeFrame(packet));
    if (this.#unread > GATEWAY.unread / 4 && this.#asked === null) this.ping();
  }

  ping(): void {
    this.pipe.keep({ ...this.pipe.note, pinged: this.#clock.now(), awaiting: true });
    this.#asked = this.#unread;
    this.#transmit("2");
  }

  /** Something came: the client lives. A pong also proves that it has read what was sent before the ping. */
  heard(packet: EnginePacket | null): void {
    if (this.pipe.note.awaiting) this.pipe.keep({ ...this.pipe.note, awaiting: false });
    if (packet?.type !== "pong" || this.#asked === null) return;
    this.#unread -= this.#asked;
    this.#asked = null;
  }

  #transmit(frame: Data): void {
    try {
      this.pipe.send(frame);
      this.#unread += frame.length;
    } catch {
      // The transport is gone; the platform's close event follows.
    }
  }
}
