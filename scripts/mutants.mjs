// `npm run test:mutants`: breaks each promise on purpose, in private copies, and fails when its tests do not notice.
// Options: --only R3 (a promise's id, or a part of a mutant's name), --changed main (its file or its tests differ), --list,
// --lanes 2 (copies side by side).
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepare, ROOT, stop } from "./prepare.mjs";

await prepare();
const { readPromises } = await import("./promises.mjs");
const { buildWeb } = await import("./tools.mjs");
const { MUTANTS } = await import("../test/mutants/all.ts");
const { judgeAll, rowsFor } = await import("../test/support/mutants/judge.ts");

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    changed: { type: "string" },
    list: { type: "boolean", default: false },
    lanes: { type: "string", default: String(Math.min(4, availableParallelism())) },
  },
});
/** What a copy needs and git does not have. */
const UNTRACKED = ["worker-configuration.d.ts", "dist/web"];

const promises = readPromises(readFileSync("docs/promises.md", "utf8"));
const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).split("\0").filter(Boolean);

/** Its file, or one of those that test it, is another than at `ref`. */
function isChanged(mutant, changed) {
  return [mutant.file, ...rowsFor(mutant, promises).map(({ file }) => file)].some((file) => changed.has(file));
}

function chosen() {
  const { only, changed } = values;
  const files = changed === undefined ? null : new Set(git("diff", "--name-only", "-z", changed));
  return MUTANTS.filter(
    (mutant) =>
      (!only || mutant.promise === only || mutant.name.includes(only)) && (!files || isChanged(mutant, files)),
  );
}

const mutants = chosen();
if (values.list) for (const mutant of mutants) console.log(`${nameOf(mutant)} (${mutant.file})`);
else await run();

function nameOf({ promise, name }) {
  return `${promise.padEnd(4)} ${name}`;
}

/** One line of the table, with what was seen below it. */
function tell({ mutant, verdict, seconds }) {
  const { state, by, why } = verdict;
  console.log(`${state.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${nameOf(mutant)}`);
  const seen = by ?? why;
  if (seen) console.log(`${" ".repeat(24)}${seen}`);
}

async function run() {
  if (mutants.length === 0) stop("No mutant is chosen.");
  const failure = await buildWeb();
  if (failure) stop(`The page could not be built:\n${failure}`);
  const started = performance.now();
  console.log(`${mutants.length} mutants; first the tests as they are …`);
  const project = {
    root: ROOT,
    files: [...git("ls-files", "-z", "--cached", "--others", "--exclude-standard"), ...UNTRACKED].filter(existsSync),
    projects: ["tsconfig.json", "tsconfig.web.json", "tsconfig.node.json"],
    scratch: join(ROOT, "test-results/mutants"),
  };
  const results = await judgeAll(mutants, promises, project, { lanes: Number(values.lanes), judged: tell }).catch(
    (error) => stop(error.message),
  );
  const count = (wanted) => results.filter(({ verdict: { state } }) => state === wanted).length;
  const alive = results.filter(({ verdict: { state } }) => state !== "killed");
  if (alive.length > 0) console.log("\nNot killed:");
  alive.forEach(tell);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(
    `${count("killed")} killed, ${count("survived")} survived, ${count("invalid")} invalid in ${minutes} min`,
  );
  process.exitCode = alive.length === 0 ? 0 : 1;
}
