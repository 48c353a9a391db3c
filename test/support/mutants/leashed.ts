// Runs a tool to its end, or until its time is up: then with everything that it started (scripts/leash.mjs).
import { spawn } from "node:child_process";
import { join } from "node:path";
import { BIN, ROOT } from "../../../scripts/prepare.mjs";

export interface Ended {
  /** null: its time was up. */
  code: number | null;
  output: string;
}

export function runLeashed(tool: string, args: readonly string[], cwd: string, limitMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const leash = [join(ROOT, "scripts/leash.mjs"), join(BIN, tool), ...args];
    const env = { ...process.env, NO_COLOR: "1" };
    const child = spawn(process.execPath, leash, { cwd, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
    const limit = setTimeout(() => child.stdin.end(), limitMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      resolve({ code, output });
    });
  });
}
