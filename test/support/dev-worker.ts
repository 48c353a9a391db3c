// One worker file under `wrangler dev`, for tests of what only the real runtime's sockets do. (wrangler's test harness
// will not do: its outgoing requests pass through Node, which shows a broken-off answer as a whole one.)
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./server.ts";

export interface DevWorker {
  url: string;
  stop(): Promise<void>;
}

/** `main`: the worker's file. Resolves when it takes requests. */
export async function startDevWorker(main: URL): Promise<DevWorker> {
  const dir = await mkdtemp(join(tmpdir(), "edgewise-worker-"));
  const config = join(dir, "wrangler.toml");
  await writeFile(
    config,
    `name = "test"\nmain = ${JSON.stringify(fileURLToPath(main))}\ncompatibility_date = "2026-08-15"\ncompatibility_flags = ["nodejs_compat"]\n`,
  );
  const [port, inspector] = [await freePort(), await freePort()];
  const options = ["--config", config, "--port", String(port), "--inspector-port", String(inspector)];
  const child = spawn("node_modules/.bin/wrangler", ["dev", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<void>((done) => child.once("close", () => done()));
  await new Promise<void>((ready, reject) => {
    let output = "";
    const look = (chunk: Buffer) => {
      output += chunk;
      if (output.includes("Ready on")) ready();
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    void closed.then(() => reject(new Error(`wrangler dev ended:\n${output}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      child.kill("SIGTERM");
      await closed;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
