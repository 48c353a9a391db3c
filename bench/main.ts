// `npm run bench`: measures this product beside its peers and prints one table. Options: see README.md.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { edgewise } from "./peers/edgewise.ts";
import { node, python } from "./peers/node.ts";
import { relay } from "./peers/relay.ts";
import { origin, type Report, writePage } from "./report/page.ts";
import { judge, toMarkdown } from "./report/table.ts";
import { describeMachine } from "./run/machine.ts";
import { runAll, type Storage } from "./run/runner.ts";
import { selftest } from "./selftest.ts";
import { WORKS } from "./works.ts";

const RUNS = 3;
/** Others that use more of the machine than this make the numbers worthless for the page. */
const CALM = 0.05;
const TITLES: Record<Storage, string> = { memory: "memory (/dev/shm)", disk: "files on disk" };

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    storage: { type: "string", default: "memory,disk" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    selftest: { type: "boolean", default: false },
  },
});

const names = WORKS.map(({ name }) => name);
const unknown = values.only.filter((name) => !names.includes(name));
const storages = (["memory", "disk"] as const).filter((storage) => values.storage.split(",").includes(storage));
if (unknown.length > 0 || storages.length === 0) {
  console.error(`--only takes ${names.join(", ")}; --storage takes memory, disk or both.`);
  process.exit(2);
}

if (values.selftest) await selftest();
else await bench();
process.exit();

async function bench(): Promise<void> {
  const works = WORKS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  const runs = values.quick ? 1 : RUNS;
  const report: Report = { machine: describeMachine(), quick: values.quick, runs, outcomes: {} };
  for (const storage of values.quick ? storages.slice(0, 1) : storages) {
    const due = works.filter(({ onDisk }) => storage === "memory" || onDisk);
    const outcome = await runAll([edgewise, relay("DO"), relay("DO25"), node, python], due, {
      storage,
      runs,
      scale: { quick: values.quick },
      tell: (line) => process.stderr.write(`${line}\n`),
    });
    report.outcomes[storage] = outcome;
    const rows = judge(due, outcome.measured, storage);
    const [met, aims] = [rows.filter((row) => row.met).length, rows.filter((row) => row.met !== null).length];
    console.log(`\nStorage in ${TITLES[storage]}: ${met} of ${aims} aims met. ${origin(report, outcome)}\n`);
    console.log(toMarkdown(rows));
  }
  if (values.json) writeFileSync(values.json, JSON.stringify(report));
  if (!values.write) return;
  if (Object.values(report.outcomes).some(({ others }) => others > CALM)) {
    console.error("Not written: other processes were busy meanwhile.");
    process.exitCode = 1;
  } else writePage(report, works);
}
