// What a test needs of a running server, whichever way it runs.
import { createServer } from "node:http";
import { listen } from "./listen.ts";

export interface RunningServer {
  readonly url: string;
  /** Everything it printed, across restarts. */
  readonly log: readonly string[];
  /** SIGKILL, at once; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same address and storage; resolves at the first answer. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

/** The log lines that report an error of ours: nothing in a failure test may need one. */
export const faultLines = (log: readonly string[]): string[] =>
  log.filter((line) => line.includes('"level":"error"') || /uncaught exception/i.test(line));
