// Gathers the model's deltas into frames: the first goes out at once, later ones at most one a display frame, one
// uncommitted frame at a time. Owns the not yet stored end of the answer; reading from the provider never waits for it.
// A delta that comes when a frame is due takes along what waits: a timer, which wakes the object, is for the last ones.
import type { Clock } from "../../lib/clock.ts";

export interface PaceFacts {
  /** Milliseconds the last frame took to become durable. */
  commitMs: number;
  /** Text waiting, UTF-16 units. */
  waiting: number;
  viewers: number;
}

const FRAME_MS = 16;
/** How much longer what is due waits for one more delta. */
const GRACE_MS = 4;
const MAX_GATHER_MS = 100;
const MAX_FRAME = 8 * 1024;

/** How long to gather between two frames: a display frame, more with slow commits, backlog and many viewers. */
export const gatherMs = ({ commitMs, waiting, viewers }: PaceFacts): number =>
  Math.min(MAX_GATHER_MS, FRAME_MS + commitMs + waiting / 64 + viewers);

export interface PacerSink {
  /** Stores and sends one frame; resolves when it is durable. */
  emit(text: string): Promise<void>;
  viewers(): number;
  /** `emit` threw: the answer cannot go on. */
  fault(error: unknown): void;
}

export class Pacer {
  #clock: Clock;
  #sink: PacerSink;
  #waiting = "";
  #lastAt = Number.NEGATIVE_INFINITY;
  #commitMs = 0;
  #committing: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #stopped = false;

  constructor(clock: Clock, sink: PacerSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  push(text: string): void {
    this.#waiting += text;
    this.#plan();
  }

  /** Emits what is left and resolves when all is durable. */
  async finish(): Promise<void> {
    while (!this.#stopped && (this.#committing || this.#waiting !== "")) {
      if (this.#committing) await this.#committing;
      else this.#emit(...lastFrame(this.#waiting));
    }
  }

  /** Forgets what is not stored yet; nothing is emitted after this. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = "";
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #plan(): void {
    if (this.#stopped || this.#committing || this.#waiting === "") return;
    const gather = gatherMs({
      commitMs: this.#commitMs,
      waiting: this.#waiting.length,
      viewers: this.#sink.viewers(),
    });
    const wait = this.#waiting.length >= MAX_FRAME ? 0 : this.#lastAt + gather - this.#clock.now();
    if (wait <= 0) this.#flush();
    else
      this.#cancelTimer ??= this.#clock.after(wait + GRACE_MS, () => {
        this.#cancelTimer = null;
        this.#flush();
      });
  }

  #flush(): void {
    const [text, rest] = cutFrame(this.#waiting);
    if (text !== "") this.#emit(text, rest);
  }

  #emit(text: string, rest: string): void {
    const started = this.#clock.now();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#waiting = rest;
    this.#lastAt = started;
    this.#committing = this.#sink
      .emit(text)
      .catch((error: unknown) => {
        this.stop();
        this.#sink.fault(error);
      })
      .then(() => {
        this.#committing = null;
        this.#commitMs = this.#clock.now() - started;
        this.#plan();
      });
  }
}

/** The next frame and what stays: the high half of a surrogate pair waits for its partner (reliability.md §2.11). */
export function cutFrame(waiting: string): [frame: string, rest: string] {
  let end = Math.min(waiting.length, MAX_FRAME);
  const last = waiting.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return [wellFormed(waiting.slice(0, end)), waiting.slice(end)];
}

/** As `cutFrame`, when nothing more will come: a half pair waits no longer. */
function lastFrame(waiting: string): [frame: string, rest: string] {
  const [frame, rest] = cutFrame(waiting);
  return frame === "" ? [wellFormed(rest), ""] : [frame, rest];
}

/** A half pair that will never be whole becomes U+FFFD, one unit for one unit, so that offsets stay true. */
const wellFormed = (text: string): string => text.toWellFormed();
