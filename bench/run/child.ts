// Processes of the benchmark: each ends with it, and says first on which port it listens.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";

const Started = z.object({ port: z.int() });

export interface Child {
  readonly pid: number;
  readonly port: number;
  /** Sends a question over the pipe between the processes; the next message is its answer. */
  ask(question: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Runs a file of bench/ in a Node of its own. */
export async function startChild(file: string, args: string[] = []): Promise<Child> {
  const child = fork(join(import.meta.dirname, "..", file), args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const { port } = Started.parse(await nextMessage(child));
  return {
    pid: pidOf(child),
    port,
    ask(question) {
      const answer = nextMessage(child);
      child.send(question);
      return answer;
    },
    stop: () => end(child),
  };
}

/** Runs a file of bench/ in Debian's Python, which says its port in a line of JSON. */
export async function startPython(file: string, args: string[]): Promise<Child> {
  const path = join(import.meta.dirname, "..", file);
  const child = spawn("/usr/bin/python3", [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject).once("exit", (code) => reject(new Error(`${file} ended with ${code}.`)));
    child.stdout.once("data", (data) => resolve(String(data)));
  });
  const { port } = Started.parse(JSON.parse(line));
  return {
    pid: pidOf(child),
    port,
    ask: () => Promise.reject(new Error("Python is not asked anything.")),
    stop: () => end(child),
  };
}

export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("The process did not start.");
  return pid;
}

/** At once, and gone when this resolves. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await gone;
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`${child.spawnfile} ended with ${code}.`));
    child.once("exit", failed);
    child.once("message", (message) => {
      child.off("exit", failed);
      resolve(message);
    });
  });
}
