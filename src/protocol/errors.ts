// The stable error words and close codes, the same over REST, native sockets and Socket.IO.
import * as z from "zod";

/** Error code → HTTP status. */
export const ERROR_STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported: 415,
  unprocessable: 422,
  rate_limited: 429,
  quota_exceeded: 429,
  busy: 503,
  unavailable: 503,
  misconfigured: 503,
  model_unavailable: 502,
  model_refused: 422,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

const codes = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

/** What a client is told when something does not work: the code is stable, the message is for people. */
export const ErrorBody = z
  .object({
    code: z.enum(codes),
    message: z.string(),
    field: z.string().optional(),
    retry_after_ms: z.int().nonnegative().optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: "Error" });
export type ErrorBody = z.infer<typeof ErrorBody>;

/** An expected outcome is a value; only bugs and broken dependencies are thrown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ErrorBody };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const refuse = (
  code: ErrorCode,
  message: string,
  more: Omit<ErrorBody, "code" | "message"> = {},
): { ok: false; error: ErrorBody } => ({ ok: false, error: { code, message, ...more } });

/** WebSocket close codes of the native protocol; only these leave the server. */
export const CLOSE = {
  malformed: 4400,
  unauthorized: 4401,
  removed: 4403,
  erased: 4404,
  idle: 4408,
  connections: 4409,
  too_large: 4413,
  flood: 4429,
  restart: 1012,
} as const;
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** Codes after which a client must not come back by itself (4401: only with a new token). */
export const FINAL_CLOSES: ReadonlySet<number> = new Set([4400, 4401, 4403, 4404, 4409, 4413]);
