// What travels beside a WebSocket through hibernation, and what the worker says of who opens a session: parsed on arrival.
import * as z from "zod";
import { Principal } from "../auth/principal.ts";

/** What the worker found out about who opens a session. */
const Caller = z.object({
  /** Who the token in the address or the cookie belongs to; null when there is none, or it is not valid. */
  fallback: Principal.nullable(),
  /** There is such a token, valid or not. */
  bears: z.boolean(),
  /** The client understands connection state recovery. */
  recovers: z.boolean(),
  /** Hash of the client's address. */
  address: z.string(),
  /** A WebSocket that speaks plain JSON: an interview's (plain.ts). */
  plain: z.boolean(),
});
export type Caller = z.infer<typeof Caller>;

/** `auth`: what a plain client says in its address; Socket.IO clients say it in their first packet. */
export const WorkerWord = z.object({ caller: Caller, auth: z.record(z.string(), z.string()).optional() });
export type WorkerWord = z.infer<typeof WorkerWord>;

const Note = z.object({
  sid: z.string(),
  kind: z.enum(["main", "probe"]),
  caller: Caller,
  /** Epoch ms. */
  opened: z.number(),
  /** When the last ping went out; before the first, when the WebSocket was opened. Epoch ms. */
  pinged: z.number(),
  /** A ping is out and nothing came since. */
  awaiting: z.boolean(),
  /** What a plain client had been sent when the last ping went out, UTF-16 units. */
  sent: z.number().default(0),
});
export type Note = z.infer<typeof Note>;

export const readNote = (attachment: unknown): Note => Note.parse(attachment);
