// Where the terminal client keeps its login: one file that only its user may read.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";

const Login = z.object({ server: z.url(), access_token: z.string(), refresh_token: z.string() });
export type Login = z.infer<typeof Login>;

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

export function writeLogin(login: Login): void {
  mkdirSync(dirname(path()), { recursive: true, mode: 0o700 });
  writeFileSync(path(), JSON.stringify(login), { mode: 0o600 });
  chmodSync(path(), 0o600); // a file that was there keeps its mode otherwise
}

export const forgetLogin = (): void => rmSync(path(), { force: true });
