// Reads the payloads of wire events: what is missing or wrong is named by its field, in the words that old clients show.
import * as z from "zod";
import { ClientId, Content } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { utf8Length } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";

/** Clients send numbers as strings too; nothing else is an id: not `1.0`, `1e3`, `-1`, `conversation_1`. */
export const WireId = z.union([
  z.int().positive(),
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
]);

/** What each sending event carries. A `client_id` of `null` or `""` counts as absent. */
export const WireClientId = z
  .union([ClientId, z.literal("").transform(() => null)])
  .nullish()
  .transform((id) => id ?? null);
export const WireContent = Content;
/** What is kept as it came: no deeper than a native frame, */
export const isShallow = (value: unknown, levels: number = LIMITS.jsonDepth): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((child) => isShallow(child, levels - 1)));
/** and no larger than a message. */
export const isKeepable = (value: unknown): boolean =>
  isShallow(value) && utf8Length(JSON.stringify(value)) <= LIMITS.messageBytes;

/** Whoever names a sender names himself: nobody speaks for others. */
export function forOneself(payload: unknown, userId: number): Outcome<null> {
  const named = typeof payload === "object" && payload !== null ? Reflect.get(payload, "user_id") : undefined;
  if (named === undefined || named === null || String(named) === String(userId)) return ok(null);
  return refuse("forbidden", "user_id is not yours", { field: "user_id" });
}

/** The payload by its schema; a refusal names the first field that is wrong. */
export function readPayload<S extends z.ZodType>(schema: S, payload: unknown): Outcome<z.infer<S>> {
  const parsed = schema.safeParse(payload ?? {});
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const field = issue?.path[0] === undefined ? null : String(issue.path[0]);
  if (field === null) return refuse("invalid", "The payload must be an object.");
  const given = typeof payload === "object" && payload !== null ? Reflect.get(payload, field) : undefined;
  const missing =
    given === undefined || given === null || given === "" || (typeof given === "string" && given.trim() === "");
  return refuse("invalid", missing ? `${field} is required` : `${field} is not valid`, { field });
}
