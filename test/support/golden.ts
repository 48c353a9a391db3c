// The files of test/golden, line by line (test/golden/README.md says what each line means).
import * as z from "zod";

const Frame = z.record(z.string(), z.unknown());
const times = z.record(z.string(), z.int().positive()).optional();

export const Line = z.union([
  z.strictObject({ about: z.string().min(1) }),
  z.strictObject({ connect: z.record(z.string(), z.union([z.string(), z.int()])), with: z.string().optional() }),
  z.strictObject({ refused: z.strictObject({ status: z.int(), body: Frame }) }),
  z.strictObject({ to: z.literal("client"), frame: Frame }),
  z.strictObject({ to: z.literal("server"), frame: Frame, times }),
  z.strictObject({ to: z.literal("server"), text: z.string(), times }),
  z.strictObject({ close: z.strictObject({ code: z.int(), reason: z.string() }) }),
  z.strictObject({ cut: z.literal(true) }),
  z.strictObject({
    request: z.strictObject({ method: z.string(), path: z.string(), headers: Frame, body: z.unknown() }),
  }),
  z.strictObject({ response: z.strictObject({ status: z.int(), headers: Frame, body: z.unknown() }) }),
]);
export type Line = z.infer<typeof Line>;

export const readLines = (file: string): Line[] =>
  file
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Line.parse(JSON.parse(line)));

export const writeLines = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** What a client holds when a file has been played to it; a field that is left out may be anything. */
export const FinalState = z.strictObject({
  status: z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("live") }),
    z.strictObject({ state: z.literal("reconnecting") }),
    z.strictObject({ state: z.literal("ended"), code: z.int() }),
  ]),
  /** The last event. */
  seq: z.int().optional(),
  conversation: Frame.optional(),
  members: z.array(Frame).optional(),
  messages: z.array(Frame).optional(),
  /** Those not yet ended, each with its text. */
  turns: z.array(Frame).optional(),
  typing: z.array(Frame),
  notice: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type FinalState = z.infer<typeof FinalState>;
