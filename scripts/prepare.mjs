// Makes a fresh clone runnable: installs what is missing and moves to Node 22. Only Node 20 and its modules are needed here.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");
export const BIN = join(ROOT, "node_modules", ".bin");
/** Tools that must not report, ask or look for updates. */
const QUIET_TOOLS = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  DO_NOT_TRACK: "1",
};

/** Ends the process with one line that says what is wrong. */
export function stop(reason) {
  console.error(reason);
  process.exit(1);
}

const mtime = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function installMissing() {
  const lock = join(ROOT, "package-lock.json");
  if (mtime(join(ROOT, "node_modules", ".package-lock.json")) >= mtime(lock)) return;
  console.log("Installing dependencies (npm ci) …");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) stop("npm ci failed; see above.");
}

/** Type stripping needs 22.18 and wrangler 22.12. */
function isOld(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 22 || (major === 22 && minor < 18);
}

/** Runs this command again under the dependency `node`, passes signals on, and ends as it ends. */
function continueInNewNode() {
  const node = join(BIN, "node");
  if (!existsSync(node)) stop(`Node 22.18 or newer is needed; this is ${process.versions.node}.`);
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
  return new Promise(() => {});
}

/** Call first in every command. Resolves in Node ≥ 22.18 with all dependencies installed. */
export async function prepare() {
  process.chdir(ROOT);
  installMissing();
  Object.assign(process.env, QUIET_TOOLS);
  if (!process.env.PATH?.startsWith(BIN)) process.env.PATH = `${BIN}${delimiter}${process.env.PATH}`;
  if (isOld(process.versions.node)) await continueInNewNode();
}
