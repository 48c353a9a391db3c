// How the terminal client ends: one sentence on stderr that says what to do, and a code for scripts.
import { ApiError } from "../client/http.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, logged_out: 3, not_there: 4, unreachable: 5 } as const;

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
  if (!(error instanceof ApiError))
    return { code: EXIT.failed, message: error instanceof Error ? error.message : String(error) };
  const { status, message } = error;
  if (status === 0) return { code: EXIT.unreachable, message: `${message} Is it running, and is --server right?` };
  if (status === 401)
    return { code: EXIT.logged_out, message: `${message} Log in with: npm run -s cli -- login --user NAME` };
  return { code: status === 403 || status === 404 ? EXIT.not_there : EXIT.failed, message };
}
