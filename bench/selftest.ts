// Is the measuring right? Plants what must show (a delay, a lost token, work, memory, a quiet minute) and looks for it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StampReader, stamp } from "./model/stamp.ts";
import { edgewise } from "./peers/edgewise.ts";
import { node } from "./peers/node.ts";
import type { Peer } from "./peers/peer.ts";
import { relay } from "./peers/relay.ts";
import { end, pidOf, startChild } from "./run/child.ts";
import { cpuSeconds, residentBytes, wakeUps } from "./run/proc.ts";
import { streamAnswers } from "./work/answers.ts";
import { median } from "./work/statistics.ts";

const PLANTED_MS = 50;
const LOAD = { conversations: 2, viewers: 2, tokens: 150, rate: 50 };

let failed = 0;
function check(what: string, holds: boolean, seen: string): void {
  if (!holds) failed += 1;
  console.log(`${holds ? "ok    " : "FAILED"} ${what}: ${seen}`);
}

export async function selftest(): Promise<void> {
  stamps();
  await processes();
  const folder = mkdtempSync("/dev/shm/edgewise-selftest-");
  const model = await startChild("model/server.ts");
  const modelUrl = `http://127.0.0.1:${model.port}/v1`;
  const answersOf = async (peer: Peer, name: string) => {
    const server = await peer.start(join(folder, name), modelUrl);
    try {
      return await streamAnswers(server, LOAD);
    } finally {
      await server.stop();
    }
  };
  try {
    const plain = await answersOf(relay("DO"), "plain");
    const delayed = await answersOf(relay("DO", PLANTED_MS), "delayed");
    const difference = median(delayed.latencies) - median(plain.latencies);
    check(
      `a planted delay of ${PLANTED_MS} ms shows as such`,
      Math.abs(difference - PLANTED_MS) < 5,
      `${difference.toFixed(1)} ms`,
    );
    const frame = JSON.stringify({ type: "token", text: stamp(0, 0) }).length + 2;
    const wire = plain.wire * 18;
    check(
      "every byte of a frame is counted, and little besides",
      wire >= frame && wire < frame + 3,
      `${wire.toFixed(1)} of ${frame}`,
    );
    const gathered = median((await answersOf(relay("DO25"), "gathered")).latencies);
    check(
      "gathering for 25 ms costs between 0 and 30 ms",
      gathered > 10 && gathered < 30,
      `p50 ${gathered.toFixed(1)} ms`,
    );
    for (const peer of [edgewise, node]) {
      const { latencies } = await answersOf(peer, peer.name);
      const tokens = LOAD.conversations * LOAD.viewers * LOAD.tokens;
      check(`${peer.name} delivers every token once`, latencies.length === tokens, `${latencies.length} of ${tokens}`);
    }
  } finally {
    await model.stop();
    rmSync(folder, { recursive: true });
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

function stamps(): void {
  const throws = (...texts: string[]) => {
    const reader = new StampReader();
    try {
      for (const text of texts) reader.take(text, 3_000);
      return false;
    } catch {
      return true;
    }
  };
  const [one, two, three] = [stamp(0, 1_000), stamp(1, 1_000), stamp(2, 1_000)];
  check("a lost token is noticed", throws(one, three), "");
  check("a doubled token is noticed", throws(one, one), "");
  const reader = new StampReader();
  for (const piece of (one + two + three).match(/.{1,7}/g) ?? []) reader.take(piece, 3_000);
  check("tokens are read in any pieces", reader.latencies.join() === "2,2,2", `${reader.latencies.join()} ms`);
}

/** A process that does a known amount of work, and one that does none. */
async function processes(): Promise<void> {
  const run = async (script: string, ms: number) => {
    const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    const pid = pidOf(child);
    await sleep(500);
    const before = { cpu: cpuSeconds([pid]), wakes: wakeUps([pid]) };
    await sleep(ms);
    for (let all = 0; all < cpuSeconds([pid]); await sleep(500)) all = cpuSeconds([pid]); // what it has begun it ends
    const seen = {
      cpu: cpuSeconds([pid]) - before.cpu,
      wakes: wakeUps([pid]) - before.wakes,
      memory: residentBytes([pid]),
      all: cpuSeconds([pid]),
    };
    await end(child);
    return seen;
  };
  const idle = await run("setInterval(() => {}, 1e9)", 2_000);
  check(
    "an idle process uses no CPU and does not wake",
    idle.cpu < 0.02 && idle.wakes < 5,
    `${idle.cpu} s, ${idle.wakes} times`,
  );
  const ticking = await run("setInterval(() => {}, 100)", 2_000);
  check(
    "a timer ten times a second shows as its wakes",
    ticking.wakes >= 19 && ticking.wakes < 100,
    `${ticking.wakes} in 2 s`,
  );
  const second =
    "const u = process.cpuUsage; const b = u(); while (u(b).user + u(b).system < 1e6); setInterval(() => {}, 1e9)";
  const busy = await run(second, 1_000);
  const worked = busy.all - idle.all;
  check("a second of work shows as such", worked > 0.95 && worked < 1.1, `${worked.toFixed(2)} s`);
  const large = await run("globalThis.kept = Buffer.alloc(100e6, 1); setInterval(() => {}, 1e9)", 100);
  const grown = (large.memory - idle.memory) / 1e6;
  check("100 MB of memory show as such", Math.abs(grown - 100) < 10, `${grown.toFixed(0)} MB`);
}
