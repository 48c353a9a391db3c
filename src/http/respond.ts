// The shapes of answers: the error envelope, and the two lines a contract needs to name a JSON body.
import type { Context } from "hono";
import type * as z from "zod";
import { ERROR_STATUS, type ErrorBody } from "../protocol/errors.ts";
import { ErrorAnswer } from "../protocol/rest.ts";

/** A JSON body in a route's contract. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** The JSON body that a route takes. */
export const takes = <S extends z.ZodType>(schema: S) => ({
  body: { required: true, content: { "application/json": { schema } } },
});

/** Every route's `default` response: anything but the success that it names. */
export const failure = json(ErrorAnswer, "The error, by its stable code");

/** The contract of a route that wants a token. */
export const bearer = [{ bearer: [] }];

/** Answers with the error's status and envelope. */
export function refused(c: Pick<Context, "header" | "json">, error: ErrorBody) {
  if (error.code === "unauthorized") c.header("WWW-Authenticate", 'Bearer error="invalid_token"');
  if (error.retry_after_ms !== undefined) c.header("Retry-After", String(Math.ceil(error.retry_after_ms / 1000)));
  return c.json({ error }, ERROR_STATUS[error.code]);
}
