// Turns whatever a handler throws into the error envelope; the stack goes to the log and nowhere else.
import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { faultFields } from "../../lib/log.ts";
import { isUnavailable } from "../../lib/unavailable.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

export const onFault: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof HTTPException && error.status < 500) {
    if (error.status === 415)
      return refused(c, { code: "unsupported", message: "Send the body as application/json.", field: "content-type" });
    return refused(c, { code: "invalid", message: "The request cannot be read." });
  }
  const request_id = c.get("requestId");
  // What is away is no bug of ours; a client that leaves in the middle of its request looks the same.
  const away = isUnavailable(error);
  c.get("log")(away ? "warn" : "error", "fault", faultFields(error));
  return away
    ? refused(c, {
        code: "unavailable",
        message: "A part of the service is away. Try again soon.",
        retry_after_ms: 2_000,
        request_id,
      })
    : refused(c, { code: "internal", message: "Something went wrong on our side.", request_id });
};
