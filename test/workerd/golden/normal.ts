// Makes two recordings of the same scenario equal: what differs from run to run gets the same value in each.
import type { Line } from "../../support/golden.ts";

export interface Names {
  /** Ids of users → those of the files. */
  users: Map<number, number>;
  /** User names and tokens → those of the files. */
  texts: Map<string, string>;
  /** Epochs → e1, e2 … as they come. */
  epochs: Map<string, string>;
}

export const TIME = "2026-01-01T00:00:00.000Z";
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MODEL = /^script:/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

export function normalised(lines: readonly Line[], names: Names, keep: ReadonlySet<string>): Line[] {
  const wanted = lines.filter((line) => typeOf(line) !== "present" || keep.has("present"));
  return joined(wanted.map((line) => ({ ...line, ...normal(line, names) })));
}

/** Times are one time, ids of requests are named by what they are, probes are numbered 1. */
export function normal<T extends object>(value: T, names: Names): T {
  const text = JSON.stringify(value, (key, field: unknown) => {
    if (typeof field === "string") {
      if (ISO.test(field)) return TIME;
      if (MODEL.test(field)) return "example:model";
      if (key === "path") return field.replace(/\/conversations\/\d+\/messages/, "/conversations/7/messages");
      if (key === "epoch" && UUID.test(field)) return epoch(field, names);
      if (UUID.test(field)) return `some ${key}`;
      return names.texts.get(field) ?? field;
    }
    if (typeof field === "number") {
      if (key === "user_id") return names.users.get(field) ?? field;
      if (key === "n") return 1;
      if (key === "in_s") return 60;
    }
    if (key === "conversation" && typeof field === "object") return { ...field, id: 7 };
    return field;
  });
  return JSON.parse(text);
}

function epoch(id: string, { epochs }: Names): string {
  const name = epochs.get(id) ?? `e${epochs.size + 1}`;
  epochs.set(id, name);
  return name;
}

const typeOf = (line: Line): unknown => ("to" in line && "frame" in line ? line.frame.type : undefined);

/** The server may cut text where it likes: pieces that follow each other are one. */
function joined(lines: readonly Line[]): Line[] {
  const all: Line[] = [];
  for (const line of lines) {
    const before = all.at(-1);
    const piece = textOf(line);
    const held = before && textOf(before);
    if (piece && held && held.from + held.text.length === piece.from)
      all.splice(-1, 1, { to: "client", frame: { from: held.from, text: held.text + piece.text } });
    else all.push(line);
  }
  return all;
}

function textOf(line: Line): { from: number; text: string } | null {
  if (!("frame" in line) || line.to !== "client") return null;
  const { from, text } = line.frame;
  return typeof from === "number" && typeof text === "string" ? { from, text } : null;
}
