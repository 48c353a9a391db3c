// Parsing of untrusted text: JSON with bounds, and text that storage keeps byte for byte.
import * as z from "zod";
import { type ErrorBody, type ErrorCode, type Outcome, ok, refuse } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import "./reasons.ts";

interface Bounds {
  levels: number;
  keys: number;
  /** Fields of the value itself that are not looked into. */
  except: readonly string[];
}
const FRAME: Bounds = { levels: LIMITS.jsonDepth, keys: LIMITS.jsonKeys, except: [] };

/** JSON within bounds. */
export function parseJson(text: string, bounds?: Partial<Bounds>): Outcome<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("invalid", "This is not JSON.");
  }
  return withinBounds(value, bounds);
}

/** Where nothing else is said no deeper than 32 levels, with at most 1,000 keys; nothing binary, and no `__proto__`. */
export function withinBounds(value: unknown, bounds: Partial<Bounds> = {}): Outcome<unknown> {
  const { levels, keys: most, except } = { ...FRAME, ...bounds };
  let keys = 0;
  const stack: [unknown, number][] = [[value, 1]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [node, depth] = top;
    if (typeof node !== "object" || node === null) continue;
    if (ArrayBuffer.isView(node)) return refuse("invalid", "Binary data has no place here.");
    if (depth > levels) return refuse("invalid", `JSON may be at most ${levels} levels deep.`);
    if (Array.isArray(node)) keys += node.length;
    else {
      const names = Object.keys(node);
      keys += names.length;
      if (names.includes("__proto__")) return refuse("invalid", "A key may not be named __proto__.");
    }
    if (keys > most) return refuse("invalid", `JSON may have at most ${most} keys and items.`);
    for (const [name, child] of Object.entries(node))
      if (depth > 1 || !except.includes(name)) stack.push([child, depth + 1]);
  }
  return ok(value);
}

/** Length in UTF-8 bytes without encoding the text. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
    if (unit >= 0xd800 && unit <= 0xdbff) i += 1; // a pair is 4 bytes: its 2 units and 2 more
  }
  return bytes;
}

/** Text that SQLite gives back unchanged: no NUL and no lone surrogate (reliability.md §2.11). */
export const Text = z
  .string()
  .refine((text) => !text.includes("\0"), { error: "may not contain the character NUL" })
  .refine((text) => text.isWellFormed(), { error: "contains half of a surrogate pair" });

/** Text of at most `bytes` UTF-8 bytes; more is `too_large`, not `invalid`. */
export const boundedText = (bytes: number) =>
  Text.refine((text) => utf8Length(text) <= bytes, {
    error: `may be at most ${bytes} bytes long`,
    params: { code: "too_large" satisfies ErrorCode },
  }).describe(`At most ${bytes} bytes of UTF-8`);

const WRITTEN = /^(0|-?[1-9]\d*)$/;
/** A whole number that comes as text, or may: written in one way, not as `1.0`, `1e3`, `0x1`, `01` or ` 1`. */
export const numeral = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === "string" && WRITTEN.test(value) ? Number(value) : value), schema);

/** The first thing wrong: what it must be stands behind its name. `own`: by a rule of ours, not by its type. */
export function faultOf(error: z.ZodError) {
  const issue = innermost(error.issues[0]);
  const own = issue?.code === "custom";
  const code: ErrorCode = own && issue.params?.code === "too_large" ? "too_large" : "invalid";
  return { code, own, path: issue?.path.map(String) ?? [], reason: issue?.message ?? "is not valid" };
}

/** One sentence about it, with its field; never echoes patterns or input. */
export function explain(error: z.ZodError): ErrorBody {
  const { code, path, ...fault } = faultOf(error);
  const field = path.join(".");
  const reason = fault.reason.replace(/\.$/, "");
  return { code, message: field ? `${field} ${reason}.` : `What was sent ${reason}.`, ...(field ? { field } : {}) };
}

/** The schema's value, or the error that names the field. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): Outcome<z.infer<S>> {
  const result = schema.safeParse(value);
  return result.success ? ok(result.data) : { ok: false, error: explain(result.error) };
}

type Issue = z.core.$ZodIssue;

function innermost(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const nested = innermost(issue.errors.find((branch) => branch.length > 0)?.[0]);
  return nested ? { ...nested, path: [...issue.path, ...nested.path] } : issue;
}
