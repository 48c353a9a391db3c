// What travels beside a WebSocket through hibernation, and what the worker says of who opens a session: parsed on arrival.
import * as z from "zod";
import { Principal } from "../auth/principal.ts";

/** What the worker found out about who opens a session. */
const Caller = z.object({
  /** Of the token in the address or the cookie; null when there is none that counts. */
  fallback: Principal.nullable(),
  /** The client understands connection state recovery. */
  recovers: z.boolean(),
  /** Hash of the client's address. */
  address: z.string(),
});
export type Caller = z.infer<typeof Caller>;

export const WorkerWord = z.object({ caller: Caller });

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
});
export type Note = z.infer<typeof Note>;

export const readNote = (attachment: unknown): Note => Note.parse(attachment);
