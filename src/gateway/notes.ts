// What travels beside a WebSocket through hibernation, and what the worker says of who opens a session: parsed on arrival.
import * as z from "zod";
import { Principal } from "../auth/principal.ts";
import type { Note } from "./engine.ts";

const Caller = z.object({ fallback: Principal.nullable(), recovers: z.boolean(), address: z.string() });

export const WorkerWord = z.object({ caller: Caller });

const NoteShape = z.object({
  sid: z.string(),
  kind: z.enum(["main", "probe"]),
  caller: Caller,
  opened: z.number(),
  pinged: z.number(),
  awaiting: z.boolean(),
});
export const readNote = (attachment: unknown): Note => NoteShape.parse(attachment);
