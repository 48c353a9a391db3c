// Reads the payloads of wire events: what is missing or wrong is named by its field, in the words that old clients show.
import * as z from "zod";
import { ClientId, Content, Id } from "../protocol/entities.ts";
import { type ErrorCode, type Outcome, ok, refuse } from "../protocol/errors.ts";
import { faultOf, numeral, utf8Length, withinBounds } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { AS_TEXT } from "../protocol/tools.ts";
import type { Ask } from "./vocabulary.ts";

/** Clients send numbers as strings too; nothing else is an id: not `1.0`, `1e3`, `-1`, `conversation_1`. */
export const WireId = numeral(Id);

/** The same where none need be given. */
export const WireIdOrNone = z
  .union([WireId, z.literal("").transform(() => null)])
  .nullish()
  .transform((id) => id ?? null);

/** What each sending event carries. A `client_id` of `null` or `""` counts as absent. */
export const WireClientId = z
  .union([ClientId, z.literal("").transform(() => null)])
  .nullish()
  .transform((id) => id ?? null);
export const WireContent = Content;
/** What is kept as it came is no larger than a message. */
export const keepable = <S extends z.ZodType>(schema: S): S =>
  schema.refine((value) => utf8Length(JSON.stringify(value)) <= LIMITS.messageBytes, {
    error: `may be at most ${LIMITS.messageBytes} bytes long`,
    params: { code: "too_large" satisfies ErrorCode },
  });

/** What holds at every event: JSON within the bounds of a native frame, and nobody speaks for others. */
export function admissible(payload: unknown, userId: number): Outcome<null> {
  const bounded = withinBounds(payload, { except: AS_TEXT });
  if (!bounded.ok) return bounded;
  const named = typeof payload === "object" && payload !== null ? Reflect.get(payload, "user_id") : undefined;
  if (named === undefined || named === null || String(named) === String(userId)) return ok(null);
  return refuse("forbidden", "user_id is not yours", { field: "user_id" });
}

/** What a payload of this shape asks for. */
export function readAsk<S extends z.ZodType>(
  schema: S,
  payload: unknown,
  ask: (value: z.infer<S>) => Ask,
): Outcome<Ask> {
  const read = readPayload(schema, payload);
  return read.ok ? ok(ask(read.value)) : read;
}

/** The payload by its schema; a refusal names the first field that is wrong. */
export function readPayload<S extends z.ZodType>(schema: S, payload: unknown): Outcome<z.infer<S>> {
  const parsed = schema.safeParse(payload ?? {});
  if (parsed.success) return ok(parsed.data);
  const { code, own, path, reason } = faultOf(parsed.error);
  const [field] = path;
  if (field === undefined) return refuse("invalid", "The payload must be an object.");
  const given: unknown = typeof payload === "object" && payload !== null ? Reflect.get(payload, field) : undefined;
  if (isBlank(given) || reason === "may not be empty") return refuse("invalid", `${field} is required`, { field });
  return refuse(code, `${field} ${own ? reason : "is not valid"}`, { field });
}

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");
