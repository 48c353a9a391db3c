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

export const ERROR_CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

export const ErrorBody = z
  .object({
    code: z.enum(ERROR_CODES).describe("Stable: decide by it"),
    message: z.string().describe("One sentence for people, which may change"),
    field: z.string().optional().describe("What of the request it is about"),
    retry_after_ms: z.int().nonnegative().optional().describe("Not before this it makes sense to try again"),
    request_id: z.string().optional().describe("Of a fault of ours: also in the server's log"),
  })
  .meta({ id: "Error", description: "What is told when something does not work" });
export type ErrorBody = z.infer<typeof ErrorBody>;

/** An expected outcome is a value; only bugs and broken dependencies are thrown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ErrorBody };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const refuse = (
  code: ErrorCode,
  message: string,
  more: Omit<ErrorBody, "code" | "message"> = {},
): { ok: false; error: ErrorBody } => ({ ok: false, error: { code, message, ...more } });

/** What each code means, for authors of clients. */
export const ERROR_MEANING: Readonly<Record<ErrorCode, string>> = {
  invalid: "The request is not as it must be; `field` names what is wrong",
  unauthorized: "Nobody is logged in, or the token has ended: log in, or refresh",
  forbidden: "You may see this, but not do that",
  not_found: "It does not exist, or you may not know that it does",
  conflict: "It contradicts what is there already",
  gone: "It was there and is not any more",
  too_large: "More than the limit that the message names",
  unsupported: "Not this content type",
  unprocessable: "Well-formed, but it cannot be done",
  rate_limited: "Too much at once: try again after `retry_after_ms`",
  quota_exceeded: "An allowance is used up",
  busy: "As much is waiting as may wait: try again after `retry_after_ms`",
  unavailable: "Something behind the server is away: try again after `retry_after_ms`",
  misconfigured: "The server's configuration is wrong; `field` names the variable",
  model_unavailable: "The model could not be reached, or failed",
  model_refused: "The model does not take this, or will not answer it",
  internal: "A fault of ours; `request_id` finds it in the log",
};

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

/** What each close code means, for authors of clients. */
export const CLOSE_MEANING: Readonly<Record<CloseCode, string>> = {
  [CLOSE.malformed]: "Ten frames within ten seconds that made no sense",
  [CLOSE.unauthorized]: "The session has expired or was ended: come back with a new token",
  [CLOSE.removed]: "No longer a member of this conversation",
  [CLOSE.erased]: "The conversation was deleted",
  [CLOSE.idle]: "Nothing was heard from you, or you did not read what was sent: come back",
  [CLOSE.connections]: "Too many connections of this user to this conversation",
  [CLOSE.too_large]: "A frame was larger than the limit",
  [CLOSE.flood]: "Too many commands: come back after the `retry_after_ms` of `bye`",
  [CLOSE.restart]: "The server restarts: come back",
};

/** Codes after which a client must not come back by itself (4401: only with a new token). */
export const FINAL_CLOSES: ReadonlySet<number> = new Set([4400, 4401, 4403, 4404, 4409, 4413]);
