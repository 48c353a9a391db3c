// How the terminal client ends: one sentence on stderr that says what to do, and a code for scripts.
import { ApiError } from "../client/http.ts";
import { CommandError } from "../client/requests.ts";
import { ERROR_STATUS } from "../protocol/errors.ts";

/** `unread`: as of a program that the signal SIGPIPE ends. */
export const EXIT = { ok: 0, failed: 1, usage: 2, logged_out: 3, not_there: 4, unreachable: 5, unread: 141 } as const;

const BY_STATUS: Readonly<Record<number, number>> = {
  0: EXIT.unreachable,
  400: EXIT.usage,
  401: EXIT.logged_out,
  403: EXIT.not_there,
  404: EXIT.not_there,
  410: EXIT.not_there,
};
const ADVICE: Readonly<Record<number, string>> = {
  [EXIT.unreachable]: " Is it running, and is --server right?",
  [EXIT.logged_out]: " Log in with: npm run -s cli -- login --user NAME",
};

/** The command was not understood. */
export class UsageError extends Error {}

/** There is no stored login. */
export class LoggedOutError extends Error {
  override message = "You are not logged in. Log in with: npm run -s cli -- login --user NAME";
}

/** The exit code and what is said. */
export function explain(error: unknown): { code: number; message: string } {
  if (error instanceof UsageError) return { code: EXIT.usage, message: error.message };
  if (error instanceof LoggedOutError) return { code: EXIT.logged_out, message: error.message };
  const status = statusOf(error);
  const code = (status === null ? undefined : BY_STATUS[status]) ?? EXIT.failed;
  return { code, message: `${error instanceof Error ? error.message : String(error)}${ADVICE[code] ?? ""}` };
}

/** As of an HTTP answer, also of what a socket was told; 0 without any answer. */
function statusOf(error: unknown): number | null {
  if (error instanceof ApiError) return error.status;
  return error instanceof CommandError ? ERROR_STATUS[error.error.code] : null;
}
