// The worker as a deployment would have it, built once before the failure tests (vitest.config.ts, globalSetup).
import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const BUNDLE = "dist/worker";

export default async function build(): Promise<void> {
  await rm(BUNDLE, { recursive: true, force: true });
  await mkdir("dist/web", { recursive: true });
  await promisify(execFile)("wrangler", ["deploy", "--dry-run", "--outdir", BUNDLE]);
}

/** Copies the bundle's modules to `dir`, so that a later build does not change a running test; the entry comes first. */
export async function copyBundle(dir: string): Promise<string[]> {
  const modules = (await readdir(BUNDLE)).filter((name) => /\.(js|wasm)$/.test(name));
  await Promise.all(modules.map((name) => copyFile(join(BUNDLE, name), join(dir, name))));
  return modules.sort((a, b) => Number(b === "worker.js") - Number(a === "worker.js"));
}
