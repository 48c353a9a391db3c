// `npm ci` refuses a lock file that lacks the binaries of other platforms, as npm writes it when its registry does not have
// them yet (dependencies.md, trap 2). A newcomer's first command would fail.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as z from "zod";

const Lock = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});

/** Where `name` is found from the package at `path`: beside it, or in a folder above. */
function resolves(packages: object, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (`${at === "" ? "" : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === "") return false;
  }
}

it("the lock file has every platform's binaries, so that `npm ci` works in a fresh clone", () => {
  const { packages } = Lock.parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !resolves(packages, path, name)),
  );
  expect(missing).toEqual([]);
});

it("a missing binary would be seen", () => {
  expect(resolves({ "node_modules/a": {} }, "node_modules/wrangler", "b")).toBe(false);
  expect(resolves({ "node_modules/b": {} }, "node_modules/wrangler/node_modules/a", "b")).toBe(true);
});
