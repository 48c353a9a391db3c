// What an error in an attempt to answer means for its turn.
import { faultFields, type Log } from "../lib/log.ts";
import { ModelError } from "../models/model.ts";
import type { Happening } from "./turns.ts";

export function faultOf(error: unknown, log: Log): Happening {
  if (error instanceof ModelError) {
    const { code, message, retryable, retryAfterMs } = error;
    return { type: "fault", error: { code, message }, retryable, retryAfterMs };
  }
  log("error", "model.fault", faultFields(error));
  const message = "Something went wrong on our side while answering.";
  return { type: "fault", error: { code: "internal", message }, retryable: false, retryAfterMs: null };
}
