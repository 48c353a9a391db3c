// Tries mutants one after another, several trees side by side, and says of each whether the tests see it.
import { join } from "node:path";
import type { Promised } from "../../../scripts/promises.mjs";
import { type Mutant, mutate } from "../../mutants/mutant.ts";
import { projectsOf, runTests, typeError } from "./checks.ts";
import { Tree } from "./tree.ts";

export type Verdict =
  /** A test of its promise fails, as it must. */
  | { state: "killed"; by: string }
  /** The promise's tests pass although the promise is broken. */
  | { state: "survived" }
  /** It tells nothing: it does not apply, compile or load. */
  | { state: "invalid"; why: string };

export interface Judged {
  mutant: Mutant;
  verdict: Verdict;
  seconds: number;
}

export interface Project {
  root: string;
  /** What a tree needs, as paths below `root`. */
  files: readonly string[];
  /** TypeScript projects; the first that compiles a file checks its types. */
  projects: readonly string[];
  /** Where trees are made, below `root`. */
  scratch: string;
}

const QUICK_MS = 300_000;
const FAILURE_MS = 1_800_000;

const isFailureTest = ({ file }: Promised): boolean => file.startsWith("test/failure/");
const limitMs = (rows: readonly Promised[]): number => (rows.some(isFailureTest) ? FAILURE_MS : QUICK_MS);

/** The rows whose tests must see this mutant: those it names, or its promise's quick ones, or whichever there are. */
export function rowsFor(
  { promise, tests }: Pick<Mutant, "promise" | "tests">,
  promises: readonly Promised[],
): Promised[] {
  const rows = promises.filter(({ id, file }) => id === promise && file.endsWith(".test.ts"));
  if (tests) return rows.filter(({ test }) => tests.includes(test));
  const quick = rows.filter((row) => !isFailureTest(row));
  return quick.length > 0 ? quick : rows;
}

/** Throws when the tests fail without any mutant. `judged` is told of each verdict as it comes. */
export async function judgeAll(
  mutants: readonly Mutant[],
  promises: readonly Promised[],
  project: Project,
  { lanes, judged }: { lanes: number; judged: (one: Judged) => void },
): Promise<Judged[]> {
  const count = Math.max(1, Math.min(lanes, mutants.length));
  const trees = Array.from(
    { length: count },
    (_, i) => new Tree(project.root, project.files, join(project.scratch, `${i}`)),
  );
  const [first] = trees;
  if (!first) return [];
  const compiledBy = await projectsOf(first, project.projects);
  await passesAsItIs(first, [...new Set(mutants.flatMap((mutant) => rowsFor(mutant, promises)))]);
  const waiting = [...mutants];
  const results: Judged[] = [];
  const lane = async (tree: Tree) => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const started = performance.now();
      const verdict = await judge(mutant, rowsFor(mutant, promises), tree, compiledBy);
      const one = { mutant, verdict, seconds: (performance.now() - started) / 1000 };
      results.push(one);
      judged(one);
    }
  };
  await Promise.all(trees.map(lane));
  return results;
}

async function passesAsItIs(tree: Tree, rows: readonly Promised[]): Promise<void> {
  if (rows.length === 0) return;
  const run = await runTests(tree, rows, { bail: false, limitMs: FAILURE_MS });
  if (run.state === "failed") throw new Error(`Without any mutant "${run.test}" fails: ${run.why}`);
  if (run.state === "broken") throw new Error(`Without any mutant the tests end badly: ${run.why}`);
  if (run.state === "late") throw new Error("Without any mutant the tests do not end in time.");
}

const invalid = (why: string): Verdict => ({ state: "invalid", why });

async function judge(
  mutant: Mutant,
  rows: readonly Promised[],
  tree: Tree,
  compiledBy: ReadonlyMap<string, string>,
): Promise<Verdict> {
  if (rows.length === 0) return invalid(`docs/promises.md has no such test of ${mutant.promise}`);
  const mutated = mutate(tree.read(mutant.file), mutant);
  if (!mutated.ok) return invalid(mutated.why);
  return tree.with(mutant.file, mutated.source, async () => {
    const project = compiledBy.get(mutant.file);
    const error = project ? await typeError(tree, project) : "no TypeScript project holds the file";
    if (error !== null) return invalid(error);
    const run = await runTests(tree, rows, { bail: true, limitMs: limitMs(rows) });
    switch (run.state) {
      case "passed":
        return { state: "survived" };
      case "failed":
        return { state: "killed", by: `${run.test}: ${run.why}` };
      case "late":
        return { state: "killed", by: "the tests did not end in time" };
      case "broken":
        return invalid(run.why);
      default:
        return run satisfies never;
    }
  });
}
