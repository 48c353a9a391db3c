// Owns who watches and what each viewer may still have unread. All viewers get the same frames, serialised once; one that
// does not read is left behind at a remembered place and goes on from the store (reliability.md §5).
import type { Principal } from "../../auth/principal.ts";
import type { Clock } from "../../lib/clock.ts";
import type { CloseCode } from "../../protocol/errors.ts";
import { FAREWELL, type Farewell } from "../../protocol/farewells.ts";
import type { Signal } from "../../protocol/frames.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { StoredEvent } from "../journal/tables.ts";
import { type Cursor, eventFrame, type Frame, placeAfter, signalFrame, textFrame } from "./replay.ts";

/** One connection: a socket or an event stream. */
export interface Sink {
  readonly id: string;
  readonly principal: Principal;
  /** Epoch ms. */
  readonly since: number;
  send(frame: Frame): void;
  close(code: CloseCode, reason: string): void;
  /** When anything last came from the peer, epoch ms; null where a silent peer cannot be told from a listener. */
  heardAt(): number | null;
  /** Keeps the place of a viewer left behind where a hibernating object finds it again. */
  keepPlace(place: Cursor | null): void;
}

interface Viewer {
  sink: Sink;
  /** Sent since the last proof of reading. */
  bytes: number;
  frames: number;
  probe: { n: number; bytes: number; frames: number } | null;
  behind: Cursor | null;
  cancelDeadline: (() => void) | null;
}

const SWEEP_MS = 10_000;

export class Audience {
  #clock: Clock;
  #catchUp: (cursor: Cursor) => Frame[];
  #gone: (sink: Sink) => void;
  #viewers = new Map<string, Viewer>();
  #place: Cursor;
  #sweptAt = 0;

  /**
   * `place`: where a viewer stands who has seen everything. `catchUp`: the frames from a place to now. `gone`: told of
   * each connection that ended, whoever ended it.
   */
  constructor(clock: Clock, place: Cursor, catchUp: (cursor: Cursor) => Frame[], gone: (sink: Sink) => void) {
    this.#gone = gone;
    this.#clock = clock;
    this.#place = place;
    this.#catchUp = catchUp;
  }

  get size(): number {
    return this.#viewers.size;
  }
  has(id: string): boolean {
    return this.#viewers.has(id);
  }
  /** So much is unread that large answers must wait. */
  crowded(id: string): boolean {
    return (this.#viewers.get(id)?.bytes ?? 0) > LIMITS.window.bytes;
  }
  *sinks(): Iterable<Sink> {
    for (const viewer of this.#viewers.values()) yield viewer.sink;
  }
  ofUser(userId: number): Sink[] {
    return [...this.sinks()].filter((sink) => sink.principal.user_id === userId);
  }

  /** A viewer who has just been sent everything; or, after hibernation, one left behind at `place`. */
  add(sink: Sink, place: Cursor | null = null): void {
    const viewer = { sink, bytes: 0, frames: 0, probe: null, behind: null, cancelDeadline: null };
    this.#viewers.set(sink.id, viewer);
    if (place) {
      this.#leaveBehind(viewer, place);
      this.#probe(viewer);
    }
  }

  /** Nothing more goes there; again for one that is gone already it does nothing. */
  remove(id: string): void {
    const viewer = this.#viewers.get(id);
    if (!viewer) return;
    viewer.cancelDeadline?.();
    this.#viewers.delete(id);
    this.#gone(viewer.sink);
  }

  /** To every viewer, in the order committed. */
  publish(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#place = placeAfter(this.#place, event);
      this.#toAll(eventFrame(event, this.#place));
    }
    this.#sweep();
  }

  publishText(turnId: number, from: number, text: string): void {
    this.#place = { ...this.#place, turn: turnId, offset: from + text.length };
    this.#toAll(textFrame(this.#place.since ?? 0, from, text));
    this.#sweep();
  }

  /** Signals are not kept: whoever is behind does without. */
  signal(signal: Signal, except: (sink: Sink) => boolean = () => false): void {
    const frame = signalFrame(signal);
    for (const viewer of this.#viewers.values()) if (!viewer.behind && !except(viewer.sink)) this.#send(viewer, frame);
  }

  /** To one viewer: replies, and what opens a connection. */
  tell(id: string, frames: readonly Frame[]): void {
    const viewer = this.#viewers.get(id);
    if (viewer) for (const frame of frames) this.#send(viewer, frame);
  }

  /** The viewer has read everything sent before probe `n`; false when that was not what it was asked. */
  proof(id: string, n: number): boolean {
    const viewer = this.#viewers.get(id);
    if (viewer?.probe?.n !== n) return false;
    viewer.bytes -= viewer.probe.bytes;
    viewer.frames -= viewer.probe.frames;
    viewer.probe = null;
    const place = viewer.behind;
    if (!place) return true;
    viewer.behind = null;
    viewer.cancelDeadline?.();
    viewer.cancelDeadline = null;
    viewer.sink.keepPlace(null);
    for (const frame of this.#catchUp(place)) this.#send(viewer, frame);
    return true;
  }

  /** The last frame and the close, then gone. */
  dismiss(id: string, { close, code, message, retryAfterMs }: Farewell): void {
    const viewer = this.#viewers.get(id);
    if (!viewer) return;
    const after = retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs };
    this.remove(id);
    try {
      viewer.sink.send(signalFrame({ type: "bye", code, message, ...after }));
    } finally {
      viewer.sink.close(close, code);
    }
  }

  #toAll(frame: Frame): void {
    for (const viewer of this.#viewers.values()) if (!viewer.behind) this.#send(viewer, frame);
  }

  #send(viewer: Viewer, frame: Frame): void {
    try {
      viewer.sink.send(frame);
    } catch {
      return; // the transport is gone; its close event follows
    }
    viewer.bytes += frame.json.length;
    viewer.frames += 1;
    const { bytes, frames, mostBytes } = LIMITS.window;
    if (viewer.bytes > mostBytes) return this.dismiss(viewer.sink.id, FAREWELL.notReading);
    if (viewer.bytes > bytes / 2 || viewer.frames > frames / 2) this.#probe(viewer);
    if (!viewer.behind && (viewer.bytes > bytes || viewer.frames > frames)) this.#leaveBehind(viewer, this.#place);
  }

  /** Asks for proof while half the window is still open, so that a viewer who reads never has to wait. */
  #probe(viewer: Viewer): void {
    if (viewer.probe) return;
    viewer.probe = { n: unguessable(), bytes: viewer.bytes, frames: viewer.frames };
    this.#send(viewer, signalFrame({ type: "probe", n: viewer.probe.n }));
  }

  #leaveBehind(viewer: Viewer, place: Cursor): void {
    viewer.behind = place;
    viewer.sink.keepPlace(place);
    viewer.cancelDeadline = this.#clock.after(LIMITS.window.proofMs, () =>
      this.dismiss(viewer.sink.id, FAREWELL.notReading),
    );
  }

  /** Peers that died without a word are noticed when the object is awake anyway: no timer wakes it for them. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const viewer of [...this.#viewers.values()]) {
      const heardAt = viewer.sink.heardAt();
      if (heardAt === null) continue;
      if (now - heardAt > LIMITS.silentMs) this.dismiss(viewer.sink.id, FAREWELL.silent);
      else if (now - heardAt > LIMITS.silentMs / 2) this.#probe(viewer);
    }
  }
}

/** A probe proves reading only if nobody can answer it unread. */
const unguessable = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
