// The machine a run was made on, and whether it had the machine for itself.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";

export interface Machine {
  cpu: string;
  cores: number;
  kernel: string;
  node: string;
  /** The commit measured; "+" where the tree had changes. */
  commit: string;
  /** ISO 8601, UTC. */
  date: string;
}

export function describeMachine(): Machine {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+";
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    commit: git("rev-parse", "--short", "HEAD") + changed,
    date: new Date().toISOString(),
  };
}

/** CPU seconds that all of the machine's processes have used since it started, and those it could have given. */
export function machineSeconds(): { used: number; all: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    readFileSync("/proc/stat", "utf8")
      .split("\n", 1)[0]
      ?.match(/\d+/g)
      ?.map((ticks) => Number(ticks) / 100) ?? [];
  const used = user + nice + system + irq + softirq + steal;
  return { used, all: used + idle + iowait };
}
