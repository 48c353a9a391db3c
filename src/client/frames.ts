// Reads what the server sends. A newer server may send what this client does not know: that is named, never thrown.
import * as z from "zod";
import { ServerFrame } from "../protocol/frames.ts";

export type Incoming =
  | { kind: "frame"; frame: ServerFrame }
  /** A durable change of a kind not known here: only its place in the order counts. */
  | { kind: "unknown_event"; seq: number }
  | { kind: "unreadable" };

const Sequenced = z.looseObject({ type: z.string(), seq: z.int().positive(), at: z.string() });

/** Of text that is JSON; else undefined. */
export function parseFrame(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    // Not protocol/json.ts: its bounds are for what clients send, and a snapshot has more than 1,000 keys.
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

export function readFrame(data: unknown): Incoming {
  const value = parseFrame(data);
  const frame = ServerFrame.safeParse(value);
  if (frame.success) return { kind: "frame", frame: frame.data };
  const event = Sequenced.safeParse(value);
  return event.success ? { kind: "unknown_event", seq: event.data.seq } : { kind: "unreadable" };
}
