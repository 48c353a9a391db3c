// Runs the works: all peers in turn, and that three times over, so that whatever else the machine does hits all alike.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Peer, PeerName, Server } from "../peers/peer.ts";
import type { Metrics, Scale, Work } from "../work/work.ts";
import { type Child, startChild } from "./child.ts";
import { machineSeconds } from "./machine.ts";
import { cpuSeconds } from "./proc.ts";

export type Storage = "memory" | "disk";

/** By work, by peer: the metrics of each run. */
export type Measured = Record<string, Partial<Record<PeerName, Metrics[]>>>;

export interface Outcome {
  measured: Measured;
  /** The most that the load generator and the model used of one core in any work, 0…1. */
  busiest: { load: number; model: number };
  /** What other processes used of the machine meanwhile, 0…1. */
  others: number;
}

/** tmpfs; and a folder of the project, which is on a disk where the project is. */
const FOLDERS: Record<Storage, string> = { memory: "/dev/shm", disk: ".wrangler" };

const started = new Set<Server>();
process.on("exit", () => {
  for (const { pid } of started) process.kill(pid, "SIGKILL"); // a runtime does not end with us by itself
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

export async function runAll(
  peers: readonly Peer[],
  works: readonly Work[],
  { storage, runs, scale, tell }: { storage: Storage; runs: number; scale: Scale; tell: (line: string) => void },
): Promise<Outcome> {
  mkdirSync(FOLDERS[storage], { recursive: true });
  const folder = resolve(mkdtempSync(join(FOLDERS[storage], "edgewise-bench-")));
  const model = await startChild("model/server.ts");
  const modelUrl = `http://127.0.0.1:${model.port}/v1`;
  let starts = 0;
  const start = async (peer: Peer) => {
    const server = await peer.start(join(folder, `${peer.name}-${starts++}`), modelUrl);
    started.add(server);
    return server;
  };
  const stop = async (server: Server) => {
    started.delete(server);
    await server.stop();
  };
  const warm = new Map<Peer, Server>();
  const outcome: Outcome = { measured: {}, busiest: { load: 0, model: 0 }, others: 0 };
  const before = { machine: machineSeconds(), own: ownSeconds(model, started) };
  let gone = 0;
  try {
    for (const work of works) {
      for (let run = 0; run < (work.fresh ? 1 : runs); run += 1) {
        for (const peer of peers.filter(({ name }) => work.peers.includes(name))) {
          const server = (!work.fresh && warm.get(peer)) || (await start(peer));
          if (!work.fresh) warm.set(peer, server);
          const metrics = await watched(work, server, scale, model, outcome.busiest);
          const all = outcome.measured[work.name] ?? {};
          all[peer.name] = [...(all[peer.name] ?? []), metrics];
          outcome.measured[work.name] = all;
          tell(`${storage} ${work.name} ${peer.name} ${run + 1}: ${shown(metrics)}`);
          if (!work.fresh) continue;
          gone += cpuSeconds([server.pid, ...server.helpers]);
          await stop(server);
        }
      }
    }
    const machine = machineSeconds();
    const used = machine.used - before.machine.used - (gone + ownSeconds(model, started) - before.own);
    outcome.others = Math.max(0, used / (machine.all - before.machine.all));
  } finally {
    for (const server of warm.values()) await stop(server);
    await model.stop();
    rmSync(folder, { recursive: true });
  }
  return outcome;
}

/** Measures, and keeps how much of a core the load itself needed. */
async function watched(
  work: Work,
  server: Server,
  scale: Scale,
  model: Child,
  busiest: Outcome["busiest"],
): Promise<Metrics> {
  globalThis.gc?.();
  const before = { at: performance.now(), load: process.cpuUsage(), model: cpuSeconds([model.pid]) };
  const metrics = await work.measure(server, scale);
  const seconds = (performance.now() - before.at) / 1e3;
  const { user, system } = process.cpuUsage(before.load);
  busiest.load = Math.max(busiest.load, (user + system) / 1e6 / seconds);
  busiest.model = Math.max(busiest.model, (cpuSeconds([model.pid]) - before.model) / seconds);
  return metrics;
}

const ownSeconds = (model: Child, servers: Iterable<Server>): number =>
  cpuSeconds([process.pid, model.pid, ...[...servers].flatMap((server) => [server.pid, ...server.helpers])]);

const shown = (metrics: Metrics): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(", ");
