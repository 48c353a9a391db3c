// Reads the payloads of wire events: what is missing or wrong is named by its field, in the words that old clients show.
import * as z from "zod";
import { ClientId, Content } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";

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
