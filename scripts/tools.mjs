// Runs the project's command-line tools and tells what they said only when it matters.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BIN } from "./prepare.mjs";

/** Runs a tool of node_modules/.bin without a terminal; resolves with its exit code and all it printed. */
export function runQuietly(tool, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(BIN, tool), args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a tool whose output is for the reader; resolves with its exit code. */
export function runOpenly(tool, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(BIN, tool), args, {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** The latest change below `path`, epoch ms; 0 when it is not there. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Was `result` made before one of its `sources` changed? */
function isStale(result, sources) {
  return newest(result) < Math.max(...sources.map(newest));
}

/** Builds dist/web unless it is newer than everything it is made of. */
export async function buildWeb() {
  if (!isStale("dist/web/index.html", ["src/web", "src/client", "src/protocol", "package-lock.json"])) return null;
  const { code, output } = await runQuietly("vite", ["build", "--config", "src/web/vite.config.ts"]);
  return code === 0 ? null : output;
}
