// From a text frame to a typed command or signal, or to the error that names what is wrong. Pure.

import * as z from "zod";
import { CLIENT_FRAME_TYPES, ClientSignal, Command } from "../../protocol/commands.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import { parse, parseJson } from "../../protocol/json.ts";
import { AS_TEXT } from "../../protocol/tools.ts";

export type Inbound =
  | { kind: "command"; command: Command }
  | { kind: "signal"; signal: ClientSignal }
  /** `ref` when a reply can be addressed; `malformed` frames count towards 4400. */
  | { kind: "bad"; ref: number | null; error: ErrorBody; malformed: boolean };

const Envelope = z.looseObject({ type: z.string(), ref: z.int().nonnegative().optional() });
const SIGNALS = new Set<string>(ClientSignal.options.map((option) => option.shape.type.value));

export function readFrame(text: string): Inbound {
  const json = parseJson(text, { except: AS_TEXT });
  if (!json.ok) return { kind: "bad", ref: null, error: json.error, malformed: true };
  const envelope = parse(Envelope, json.value);
  if (!envelope.ok) return { kind: "bad", ref: null, error: envelope.error, malformed: true };
  const { type, ref = null } = envelope.value;
  if (!CLIENT_FRAME_TYPES.has(type)) {
    const error = { code: "invalid", message: `Unknown type: ${type.slice(0, 64)}.`, field: "type" } as const;
    return { kind: "bad", ref, error, malformed: true };
  }
  if (SIGNALS.has(type)) {
    const signal = parse(ClientSignal, json.value);
    if (signal.ok) return { kind: "signal", signal: signal.value };
    return { kind: "bad", ref, error: signal.error, malformed: true };
  }
  const command = parse(Command, json.value);
  if (command.ok) return { kind: "command", command: command.value };
  // A person's empty or overlong text is no broken client (reliability.md §4).
  return { kind: "bad", ref, error: command.error, malformed: command.error.field !== "content" };
}
