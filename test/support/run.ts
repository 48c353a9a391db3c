// Runs a program as a person would, and sees what it prints while it runs.
import { spawn, spawnSync } from "node:child_process";

/** Debian's, which has python3-socketio. */
export const PYTHON = "/usr/bin/python3";
/** In CI it has to be there (.ci/run sees to it); elsewhere what needs it is left out. */
export const hasPython =
  process.env.CI !== undefined || spawnSync(PYTHON, ["-c", "import socketio, aiohttp"]).status === 0;

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** `heard` is given all that it has printed so far, at each piece. */
export function run(
  command: string,
  args: readonly string[],
  { input = "", env = {}, heard = () => {} }: { input?: string; env?: object; heard?: (out: string) => void } = {},
): Promise<Ran> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (piece) => {
    out += piece;
    heard(out);
  });
  child.stderr.on("data", (piece) => {
    err += piece;
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}
