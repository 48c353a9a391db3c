// Reads what the server sends. A newer server may send what this client does not know: that is named, never thrown.
import * as z from "zod";
import { ServerFrame } from "../protocol/frames.ts";

export type Incoming =
  | { kind: "frame"; frame: ServerFrame }
  /** A durable change of a kind not known here: only its place in the order counts. */
  | { kind: "unknown_event"; seq: number }
  | { kind: "unreadable" };

const Sequenced = z.looseObject({ type: z.string(), seq: z.int().positive(), at: z.string() });

export function readFrame(data: unknown): Incoming {
  if (typeof data !== "string") return { kind: "unreadable" };
  let value: unknown;
  try {
    // Not protocol/json.ts: its bounds are for what clients send, and a snapshot has more than 1,000 keys.
    value = JSON.parse(data);
  } catch {
    return { kind: "unreadable" };
  }
  const frame = ServerFrame.safeParse(value);
  if (frame.success) return { kind: "frame", frame: frame.data };
  const event = Sequenced.safeParse(value);
  return event.success ? { kind: "unknown_event", seq: event.data.seq } : { kind: "unreadable" };
}
