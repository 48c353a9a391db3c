// The shapes of answers: the error envelope, and the two lines a contract needs to name a JSON body.
import type { Context } from "hono";
import type * as z from "zod";
import { ERROR_STATUS, type ErrorBody, type ErrorCode } from "../protocol/errors.ts";
import { ErrorAnswer } from "../protocol/rest.ts";

/** A JSON body in a route's contract, with one as it may look. */
export const json = <S extends z.ZodType>(schema: S, description: string, example?: z.input<S>) => ({
  description,
  content: { "application/json": { schema, example } },
});

/** The JSON body that a route takes. */
export const takes = <S extends z.ZodType>(schema: S, example?: z.input<S>) => ({
  body: { required: true, content: { "application/json": { schema, example } } },
});

/** Every route's `default` response: anything but the success that it names. */
export const failure = json(ErrorAnswer, "The error, by its stable code");

/** The codes that a route may answer besides those that its contract implies (openapi/failures.ts). */
export const refuses = (...codes: ErrorCode[]) => ({ "x-refusals": codes });

/** The contract of a route that wants somebody who is logged in. */
export const signedIn = [{ bearer: [] }, { cookie: [] }];

/** The same where browsers cannot send headers. */
export const anyhow = [...signedIn, { ticket: [] }, { token: [] }];

/** Answers with the error's status and envelope. */
export function refused(c: Pick<Context, "header" | "json">, error: ErrorBody) {
  if (error.code === "unauthorized") c.header("WWW-Authenticate", 'Bearer error="invalid_token"');
  if (error.retry_after_ms !== undefined) c.header("Retry-After", String(Math.ceil(error.retry_after_ms / 1000)));
  return c.json({ error }, ERROR_STATUS[error.code]);
}
