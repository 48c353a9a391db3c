// The server as people start it, `npm start`: wrangler dev with its own D1, killed and started as a whole.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Database } from "./harness/campaign.ts";
import { until } from "./harness/until.ts";
import { freePort, type RunningServer } from "./server.ts";

const START_WITHIN = 60_000;

export interface DevServer extends RunningServer {
  /** Reads the local D1 past the server. */
  readonly database: Database;
}

export async function startDevServer({ vars, dir }: { vars: Record<string, string>; dir: string }): Promise<DevServer> {
  const port = await freePort();
  const options = ["--port", String(port), "--inspector-port", String(await freePort()), "--persist-to", dir];
  const variables = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const log: string[] = [];
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess;

  const start = async () => {
    child = spawn(process.execPath, ["scripts/start.mjs", ...options, ...variables], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer) => log.push(...chunk.toString().split("\n").filter(Boolean));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`npm start ended:\n${log.slice(-20).join("\n")}`);
        return (await answer(url))?.ok ?? false;
      },
      "npm start answers",
      START_WITHIN,
    );
  };

  await start();
  return {
    url,
    log,
    database: (sql, ...params) => {
      const db = openDatabase(resolve(dir, "v3/d1/miniflare-D1DatabaseObject"));
      const rows = db.prepare(sql).all(...params);
      db.close();
      return rows;
    },
    async kill() {
      child.kill("SIGKILL");
      await until(async () => (await answer(url)) === null, "wrangler dev is gone");
    },
    restart: start,
    async stop() {
      const exited = new Promise((done) => child.once("close", done));
      child.kill("SIGTERM");
      await exited;
    },
  };
}

const answer = (url: string): Promise<Response | null> => fetch(`${url}/healthz`).catch(() => null);

/** The file that holds our tables; the runtime keeps others beside it. */
function openDatabase(folder: string): DatabaseSync {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".sqlite"))) {
    const db = new DatabaseSync(join(folder, name), { readOnly: true });
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'messages'").get()) return db;
    db.close();
  }
  throw new Error("There is no local D1 with our tables.");
}
