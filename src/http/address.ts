// The client's address, and what becomes of those who are refused at the door too often.

import type { Rates } from "../lib/rates.ts";
import type { ErrorBody } from "../protocol/errors.ts";
import type { AppContext } from "./context.ts";
import { refused } from "./respond.ts";

/** The address of the client as the platform saw it, never as a header of the client says. */
export const addressOf = (request: Request): string => request.headers.get("cf-connecting-ip") ?? "local";

/**
 * A handshake, or the code of an invitation, that is refused; many from one address are answered with a pause. Those that
 * succeed never count.
 */
export function refusedAttempt(c: Attempted, error: ErrorBody) {
  const wait = c.get("refusals").take(addressOf(c.req.raw));
  return refused(c, wait > 0 ? { code: "rate_limited", message: TOO_MANY_REFUSED, retry_after_ms: wait } : error);
}

/** What of a handler's context counts here: some handlers know who asks, and some do not. */
interface Attempted extends Pick<AppContext, "header" | "json"> {
  req: { raw: Request };
  get(name: "refusals"): Rates;
}

const TOO_MANY_REFUSED = "Too many refused attempts from your address. Try again later.";
