// Reads one connection's frames as a client must: which seq comes next, which turn the text belongs to, what is on the
// screen. Everything that does not fit is reported to `wrong`.
import type { Event, ServerFrame, Snapshot } from "../../../src/protocol/frames.ts";
import type { ConnectionRecord } from "./record.ts";

export type Wrong = (rule: string, detail: string) => void;

/** A piece of an answer as it was seen: text of `turn` from `from` on, after event `seq`. */
export interface SeenText {
  turn: number;
  from: number;
  text: string;
  seq: number;
}

export interface Reading {
  events: Event[];
  texts: SeenText[];
  /** The last seq this connection knew. */
  seq: number;
}

const isEvent = (frame: ServerFrame): frame is Event => frame.type !== undefined && "seq" in frame && "at" in frame;

/** The turn that this event ends, with the length of its answer (null: it says none). */
export function turnEnd(event: Event): { turn: number; length: number | null } | null {
  switch (event.type) {
    case "turn.finished":
    case "turn.cancelled":
    case "turn.interrupted":
      return { turn: event.turn.id, length: event.message?.length ?? null };
    case "turn.failed":
      return { turn: event.turn.id, length: null };
    default:
      return null;
  }
}

/** Follows a connection from what the client had (`asked`) to its last frame. */
export function readConnection(connection: ConnectionRecord, wrong: Wrong): Reading {
  const { asked } = connection;
  const reading: Reading = { events: [], texts: [], seq: asked.since ?? 0 };
  let welcomed = false;
  let running = asked.turn === null ? null : { turn: asked.turn, length: asked.offset };

  const takeSnapshot = (snapshot: Snapshot) => {
    reading.seq = snapshot.seq;
    const open = snapshot.turns.find((turn) => turn.state === "running" || turn.state === "waiting");
    running = open ? { turn: open.id, length: open.text?.length ?? 0 } : null;
    if (open?.text) reading.texts.push({ turn: open.id, from: 0, text: open.text, seq: snapshot.seq });
  };

  const takeEvent = (event: Event) => {
    if (event.seq !== reading.seq + 1) wrong("R5", `seq ${event.seq} came after ${reading.seq}`);
    reading.seq = event.seq;
    reading.events.push(event);
    if (event.type === "turn.started") running = { turn: event.turn.id, length: 0 };
    else if (event.type === "turn.reset" && running?.turn === event.turn_id) running.length = 0;
    const end = turnEnd(event);
    if (end && running?.turn === end.turn) {
      if (end.length !== null && end.length !== running.length)
        wrong("R2", `turn ${end.turn} ended with ${end.length} units, ${running.length} were shown`);
      running = null;
    }
  };

  for (const { frame } of connection.frames) {
    if (frame.type === "welcome") {
      welcomed = true;
      if (asked.since !== null && frame.epoch === asked.epoch && frame.replay === "snapshot")
        wrong("R6", `a snapshot instead of the events since ${asked.since}`);
    } else if (!welcomed && frame.type !== "bye") wrong("R6", "a frame came before the welcome");
    if (frame.type === "snapshot") takeSnapshot(frame);
    else if (frame.type === undefined) {
      if (!running) wrong("R5", `text at ${frame.from} while no turn runs`);
      else {
        if (frame.from !== running.length) wrong("R5", `text at ${frame.from}, shown were ${running.length}`);
        reading.texts.push({ turn: running.turn, from: frame.from, text: frame.text, seq: reading.seq });
        running.length = frame.from + frame.text.length;
      }
    } else if (isEvent(frame)) takeEvent(frame);
  }
  for (const text of connection.malformed) wrong("R5", `a frame of no known form: ${text.slice(0, 200)}`);
  return reading;
}
