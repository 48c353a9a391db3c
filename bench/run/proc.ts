// What Linux says of processes: CPU time, memory, and how often their threads woke.
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc: fixed by Linux's interface to user space. */
const TICKS = 100;

/** CPU seconds of these processes so far, user and system. */
export const cpuSeconds = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS;
  }, 0);

/** Resident bytes of these processes. */
export const residentBytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + 1024 * statusOf(`/proc/${pid}/status`, "VmRSS"), 0);

/** How often the threads of these processes went to sleep by themselves, and so were woken again. */
export const wakeUps = (pids: readonly number[]): number =>
  pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/status`))
    .reduce((sum, file) => sum + statusOf(file, "voluntary_ctxt_switches"), 0);

function statusOf(file: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(file, "utf8"));
  if (!found) throw new Error(`${file} has no ${field}.`);
  return Number(found[1]);
}
