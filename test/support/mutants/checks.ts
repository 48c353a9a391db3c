// The two questions asked of a tree: do its types hold, and how do these tests end?
import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import * as z from "zod";
import { isKept, type Promised, testsOf } from "../../../scripts/promises.mjs";
import { runLeashed } from "./leashed.ts";
import type { Tree } from "./tree.ts";

const TYPES_MS = 300_000;
const REPORT = "mutant-report.json";

/** What the compiler says first; null when all is well. Only what changed since the last call is looked at anew. */
export async function typeError(tree: Tree, project: string): Promise<string | null> {
  const known = ["--incremental", "--tsBuildInfoFile", `types-${project}`];
  const { code, output } = await runLeashed("tsc", ["-p", project, "--pretty", "false", ...known], tree.dir, TYPES_MS);
  if (code === null) return "the compiler did not end in time";
  return code === 0 ? null : (output.split("\n")[0] ?? "");
}

/** Of each file the first project that compiles it. */
export async function projectsOf(tree: Tree, projects: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const project of projects) {
    const { output } = await runLeashed("tsc", ["-p", project, "--listFilesOnly"], tree.dir, TYPES_MS);
    for (const path of output.split("\n")) {
      const file = relative(tree.dir, path);
      if (!found.has(file)) found.set(file, project);
    }
  }
  return found;
}

export type TestRun =
  | { state: "passed" }
  | { state: "failed"; test: string; why: string }
  | { state: "late" }
  /** No test has failed, and yet not all of them passed. */
  | { state: "broken"; why: string };

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** Runs the tests that these rows name; ends at the first failure when told to `bail`. */
export async function runTests(
  tree: Tree,
  rows: readonly Promised[],
  { bail, limitMs }: { bail: boolean; limitMs: number },
): Promise<TestRun> {
  const report = join(tree.dir, REPORT);
  rmSync(report, { force: true });
  const files = [...new Set(rows.map(({ file }) => file))];
  const names = [...new Set(rows.map(({ test }) => test.replace(/[^\w ]/g, "\\$&")))];
  const options = ["--reporter=json", `--outputFile.json=${REPORT}`, "--maxWorkers=1", ...(bail ? ["--bail=1"] : [])];
  const pattern = `^\\s*(${names.join("|")})( |$)`;
  const { code, output } = await runLeashed("vitest", ["run", ...files, "-t", pattern, ...options], tree.dir, limitMs);
  if (code === null) return { state: "late" };
  const suites = Report.safeParse(readReport(report)).data?.testResults;
  if (!suites) return { state: "broken", why: output.trim().split("\n").at(-1) ?? "" };
  const tests = suites.flatMap((suite) =>
    suite.assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ fullName, status, failureMessages }) => ({
        file: relative(tree.dir, suite.name),
        name: fullName,
        passed: status === "passed",
        why: reasonOf(failureMessages?.[0] ?? ""),
      })),
  );
  const named = rows.flatMap((row) => testsOf(row, tests));
  const failed = tests.find((test) => named.includes(test) && !test.passed);
  if (failed) return { state: "failed", test: failed.name, why: failed.why };
  const unwell = suites.find(({ status }) => status !== "passed");
  if (unwell) return { state: "broken", why: unwell.message.split("\n")[0] ?? "" };
  if (code !== 0) return { state: "broken", why: "the runner failed without a failed test" };
  const missing = rows.find((row) => !isKept(row, tests));
  return missing ? { state: "broken", why: `"${missing.test}" of ${missing.file} did not run` } : { state: "passed" };
}

/** A test that ran out of its time is reported by the place where it was defined. */
const reasonOf = (message: string): string =>
  (message.split("\n")[0] ?? "").replace("Error: STACK_TRACE_ERROR", "it did not end in time");

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
