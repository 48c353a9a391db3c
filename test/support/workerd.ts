// The worker on the bare runtime: workerd with a D1 that can fail, fast to start, and killed as hard as a test wants.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import * as z from "zod";
import { copyBundle } from "./bundle.ts";
import { type D1Stub, startD1 } from "./d1-stub.ts";
import { addMortalEntry } from "./mortal.ts";
import { freePort, type RunningServer } from "./server.ts";

/** The runtime that wrangler itself starts, not the older one of the test pool. */
function findWorkerd(): string {
  const fromWrangler = createRequire(createRequire(import.meta.url).resolve("wrangler/package.json"));
  return join(fromWrangler.resolve("workerd/package.json"), "../bin/workerd");
}

/** The part of wrangler.toml that the bare runtime needs. */
const Wrangler = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  vars: z.record(z.string(), z.string()),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
  d1_databases: z.array(z.object({ binding: z.string() })),
  r2_buckets: z.array(z.object({ binding: z.string() })),
});

const quote = (text: string) => JSON.stringify(text);

/** The runtime's configuration: the bindings of wrangler.toml over stubs, outgoing requests to this machine only. */
function configuration(
  port: number,
  modules: string[],
  storage: string,
  d1Port: number,
  vars: Record<string, string>,
): string {
  const wrangler = Wrangler.parse(readWranglerConfig({ config: "wrangler.toml" }));
  const objects = wrangler.durable_objects.bindings;
  const main = modules.filter((name) => name.endsWith(".js"));
  const text = main.map((name) => `(name = ${quote(name)}, esModule = embed ${quote(name)})`);
  const wasm = modules
    .filter((name) => name.endsWith(".wasm"))
    .map((name) => `(name = ${quote(name)}, wasm = embed ${quote(name)})`);
  const bindings = [
    ...Object.entries({ ...wrangler.vars, ...vars }).map(
      ([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`,
    ),
    ...objects.map(({ name, class_name }) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(class_name)})`),
    ...wrangler.d1_databases.map(
      ({ binding }) =>
        `(name = ${quote(binding)}, wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))`,
    ),
    ...wrangler.r2_buckets.map(({ binding }) => `(name = ${quote(binding)}, r2Bucket = "empty")`),
    `(name = "ASSETS", service = "empty")`,
  ];
  const namespaces = objects.map(
    ({ class_name }) =>
      `(className = ${quote(class_name)}, uniqueKey = ${quote(`edgewise-${class_name}`)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "empty", worker = .empty),
    (name = "d1", external = (address = "127.0.0.1:${d1Port}", http = ())),
    (name = "storage", disk = (path = ${quote(storage)}, writable = true)),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${[...text, ...wasm].join(", ")}],
  compatibilityDate = ${quote(wrangler.compatibility_date)},
  compatibilityFlags = [${wrangler.compatibility_flags.map(quote).join(", ")}],
  bindings = [${bindings.join(",\n    ")}],
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
);
const empty :Workerd.Worker = (
  compatibilityDate = "2026-08-15",
  modules = [(name = "empty.js", esModule = ${quote(EMPTY_SERVICE)})],
);
`;
}

/** No asset and no object: what R2 answers for a key that is not there. */
const EMPTY_SERVICE = `export default { fetch: () => new Response(null, { status: 404, headers:
  { "cf-r2-error": JSON.stringify({ version: 0, v4code: 10007, message: "The specified key does not exist." }) } }) };`;

/** A runtime as its tests and the benchmark see it. */
export interface Runtime extends RunningServer {
  /** Of the process that runs now. */
  readonly pid: number;
}

export interface WorkerdServer extends Runtime {
  readonly d1: D1Stub;
}

/** Starts the worker with a D1 of its own and `vars` over its configuration; its objects' storage in `dir` outlives kills. */
export async function startWorkerd(options: {
  vars: Record<string, string>;
  dir: string;
  mortal?: boolean;
}): Promise<WorkerdServer> {
  const d1 = await startD1();
  const runtime = await startBundle({ ...options, d1Port: d1.port });
  return {
    ...runtime,
    get pid() {
      return runtime.pid;
    },
    d1,
    async stop() {
      await runtime.stop();
      await d1.close();
    },
  };
}

/** As `startWorkerd`, over a D1 that listens on `d1Port`. `mortal`: tests kill single objects of it. */
export async function startBundle({
  vars,
  dir,
  d1Port,
  mortal = false,
}: {
  vars: Record<string, string>;
  dir: string;
  d1Port: number;
  mortal?: boolean;
}): Promise<Runtime> {
  const [bundle, port] = await Promise.all([copyBundle(dir), freePort()]);
  const modules = mortal ? addMortalEntry(dir, bundle) : bundle;
  const storage = resolve(dir, "objects");
  mkdirSync(storage, { recursive: true });
  const file = resolve(dir, "workerd.capnp");
  writeFileSync(file, configuration(port, modules, storage, d1Port, vars));
  return serve(file, `http://127.0.0.1:${port}`);
}

/** `workerd serve` with this configuration, answering at `url`. */
export async function serve(file: string, url: string): Promise<Runtime> {
  const log: string[] = [];
  let child: ChildProcess;
  let exited: Promise<void>;

  const start = async () => {
    child = spawn(findWorkerd(), ["serve", file], { stdio: ["ignore", "pipe", "pipe"] });
    exited = new Promise((done) => child.once("close", () => done()));
    const keep = (chunk: Buffer) => log.push(...chunk.toString().split("\n").filter(Boolean));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    await answering(url, child, log);
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };

  await start();
  return {
    url,
    log,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    restart: start,
    stop: kill,
  };
}

/** Resolves at the first answer; a runtime that ends before says why. */
async function answering(url: string, child: ChildProcess, log: string[]): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/healthz`).catch(() => null);
    if (response?.ok) return;
    if (child.exitCode !== null) throw new Error(`workerd ended at its start:\n${log.slice(-20).join("\n")}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
