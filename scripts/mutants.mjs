// `npm run test:mutants`: breaks each promise on purpose, in private copies, and fails when its tests do not notice.
// Options: --only R3 (a promise's id or a part of a mutant's name), --changed [ref], --list, --lanes 2.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
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

const line = ({ promise, name }) => `${promise.padEnd(4)} ${name}`;
const said = (verdict) => verdict.by ?? verdict.why ?? "";

const mutants = chosen();
if (values.list) for (const mutant of mutants) console.log(`${line(mutant)} (${mutant.file})`);
else await run();

async function run() {
  if (mutants.length === 0) stop("No mutant is chosen.");
  const failure = await buildWeb();
  if (failure) stop(`The page could not be built:\n${failure}`);
  const started = performance.now();
  console.log(`${mutants.length} mutants; first the tests as they are …`);
  const results = await judgeAll(
    mutants,
    promises,
    {
      root: ROOT,
      files: [
        ...git("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        "worker-configuration.d.ts",
        "dist/web",
      ],
      projects: ["tsconfig.json", "tsconfig.web.json", "tsconfig.node.json"],
      scratch: join(ROOT, "test-results/mutants"),
    },
    {
      lanes: Number(values.lanes),
      judged: ({ mutant, verdict, seconds }) =>
        console.log(
          `${verdict.state.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${line(mutant)}\n${" ".repeat(19)}${said(verdict)}`,
        ),
    },
  ).catch((error) => stop(error.message));
  const count = (state) => results.filter(({ verdict }) => verdict.state === state).length;
  for (const { mutant, verdict } of results)
    if (verdict.state !== "killed")
      console.error(`${verdict.state}: ${line(mutant)} (${mutant.file}) ${said(verdict)}`);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(
    `${count("killed")} killed, ${count("survived")} survived, ${count("invalid")} invalid in ${minutes} min`,
  );
  process.exitCode = results.every(({ verdict }) => verdict.state === "killed") ? 0 : 1;
}
