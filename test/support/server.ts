// What a test needs of a running server, whichever way it runs.
import { randomInt } from "node:crypto";
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

/** Below the ports that outgoing connections take, so that it is still free when a killed server comes back. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    try {
      const port = await listen(server, randomInt(20_000, 32_000));
      await new Promise((done) => server.close(done));
      return port;
    } catch {
      // taken: the next one
    }
  }
}

/** The log lines that report an error of ours: nothing in a failure test may need one. */
export const faultLines = (log: readonly string[]): string[] =>
  log.filter((line) => line.includes('"level":"error"') || /uncaught exception/i.test(line));
