// Where the terminal client keeps its login: one file that only its user may read. Commands that run at the same time share
// it: its refresh token may be spent once, so one of them renews it and the others take what that one wrote.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { systemEnvironment } from "../client/environment.ts";
import type { HttpOptions } from "../client/http.ts";
import { LoggedOutError } from "./failure.ts";

const Login = z.object({
  id: z.string().describe("Of one log-in, however often its tokens are renewed"),
  server: z.url(),
  access_token: z.string(),
  refresh_token: z.string(),
});
export type Login = z.infer<typeof Login>;

/** Longer than a renewal may take (two requests): whoever holds the lock for so long was killed. */
const STALE_MS = 40_000;
const LOOK_AGAIN_MS = 20;

/** XDG Base Directory Specification: configuration of a user. */
const path = (): string => join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "edgewise", "login.json");

/** null when nobody is logged in. */
export function readLogin(): Login | null {
  try {
    return Login.parse(JSON.parse(readFileSync(path(), "utf8")));
  } catch {
    return null;
  }
}

/** At once or not at all, whoever reads meanwhile. */
export function writeLogin(login: Login): void {
  const draft = `${path()}.${process.pid}`;
  mkdirSync(dirname(path()), { recursive: true, mode: 0o700 });
  rmSync(draft, { force: true }); // one that was there would keep its mode
  writeFileSync(draft, JSON.stringify(login), { mode: 0o600 });
  renameSync(draft, path());
}

export const forgetLogin = (): void => rmSync(path(), { force: true });

/** How the tokens of this log-in are renewed, kept, and taken from a command that was quicker. */
export const renewalOf =
  ({ id }: Login): NonNullable<HttpOptions["renewal"]> =>
  (held, spend) =>
    alone(async () => {
      const kept = readLogin();
      if (kept?.id !== id) throw new LoggedOutError(); // logged out, or in as somebody else, since
      if (kept.refresh_token !== held.refresh_token) return kept;
      const { access_token, refresh_token } = await spend();
      const next = { ...kept, access_token, refresh_token };
      if (readLogin()?.refresh_token === held.refresh_token) writeLogin(next);
      return next;
    });

/** One command at a time, by a file beside the login's. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  const lock = `${path()}.lock`;
  while (!taken(lock)) await pause(LOOK_AGAIN_MS);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, "", { flag: "wx" });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (since !== undefined && systemEnvironment.now() - since > STALE_MS) rmSync(lock, { force: true });
  return false;
}
