// Keeps `wrangler dev` running: says when it answers, starts it again when it dies, and leaves no process behind.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BIN, stop } from "./prepare.mjs";

const LEASH = join(import.meta.dirname, "leash.mjs");
/** More deaths than this within a minute are not bad luck. */
const DEATHS_A_MINUTE = 5;
/** Lines of wrangler that say nothing new to someone who reads the server's own log. */
const NOISE = /^\s*$|^\[wrangler:info\]|^⎔ |^Using secrets defined in/;

const announcement = (address, demo) => `
Edgewise is running at ${address}

  Log in${demo ? " as testuser with the password testpass123" : ""}, open a conversation and send a message.
  Watch the answer in a second window; reload in the middle of it: it goes on where it was.

Press Ctrl+C to stop.
`;

const CRASHED = /runtime crashed/i;

/** One run of `wrangler dev`; `ready` is called with the address, `done` resolves with how it ended. */
function startWrangler(options, ready) {
  const wrangler = [join(BIN, "wrangler"), "dev", "--show-interactive-dev-session=false", ...options];
  const child = spawn(process.execPath, [LEASH, ...wrangler], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // a process group of its own, so that workerd can be ended with it
  });
  const startup = [];
  let phase = "starting";
  let address;
  const take = async (line) => {
    if (CRASHED.test(line) && address) void endUnlessAnswering(child, address);
    if (phase === "serving") return NOISE.test(line) || console.log(line);
    if (phase === "starting") startup.push(line);
    address ??= line.match(/Ready on (https?:\/\/\S+)/)?.[1];
    if (!address || phase === "checking") return;
    phase = "checking"; // what is logged of our own check is not for the reader
    await ready(address);
    phase = "serving";
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", take);
  const done = new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, failure: phase === "starting" ? startup.join("\n") : null }));
  });
  return { child, done };
}

/** Signals a whole process group; it may be gone already. */
function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** wrangler brings back a runtime that died, but not always so that it is reached again (seen when its proxy died). */
async function endUnlessAnswering(child, address) {
  for (let tries = 0; tries < 5; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const response = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
    if (response?.ok) return;
  }
  signalGroup(child, "SIGKILL");
}

async function answers(address) {
  for (let tries = 0; tries < 50; tries++) {
    const response = await fetch(`${address}/healthz`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Serves until Ctrl+C; a server that cannot start ends the process with what wrangler said. */
export async function serve(options, { demo }) {
  let stopping = false;
  let current;
  let announced = false;
  const deaths = [];
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      stopping = true;
      if (current) signalGroup(current, "SIGTERM");
    });

  const ready = async (address) => {
    await answers(address);
    if (!stopping) console.log(announced ? `Running again at ${address}` : announcement(address, demo));
    announced = true;
  };

  while (!stopping) {
    const { child, done } = startWrangler(options, ready);
    current = child;
    const { code, failure } = await done;
    signalGroup(child, "SIGKILL");
    if (stopping) break;
    if (failure !== null) stop(`${failure}\nThe server could not start.`);
    const now = Date.now();
    deaths.push(now);
    if (deaths.filter((at) => now - at < 60_000).length > DEATHS_A_MINUTE) stop("The server keeps dying; giving up.");
    console.error(`The server stopped unexpectedly (${code ?? "killed"}); starting it again.`);
  }
  process.exit(0);
}
