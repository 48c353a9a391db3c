// Runs the test runners and reads their reports: what passed, what failed, and which tests ran at all.
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { ROOT } from "./prepare.mjs";
import { runOpenly } from "./tools.mjs";

const REPORTS = "test-results";
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PLAYWRIGHT_CONFIG = "test/browser/playwright.config.ts";

/** @typedef {{file: string, name: string, passed: boolean}} Test one test that ran, with the names of its groups before its own; skipped ones are left out */
/** @typedef {{passed: number, failed: number, tests: Test[]}} Result */

/** Adds results up. @returns {Result} */
export function sum(results) {
  return results.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      tests: [...all.tests, ...one.tests],
    }),
    { passed: 0, failed: 0, tests: [] },
  );
}

/** A runner that failed without a failed test (a file that does not load, a hook) counts as one failure. */
function resultOf(tests, exitCode) {
  const passed = tests.filter((test) => test.passed).length;
  const failed = tests.length - passed;
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, tests };
}

/** Removes an old report, so that a runner that dies is not judged by its last run. */
function freshReport(name) {
  mkdirSync(REPORTS, { recursive: true });
  const file = join(REPORTS, name);
  rmSync(file, { force: true });
  return file;
}

const readReport = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null);

/** Runs vitest projects. @returns {Promise<Result>} */
export async function runVitest(projects) {
  const file = freshReport(`vitest-${projects.join("-")}.json`);
  const code = await runOpenly("vitest", [
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  const suites = readReport(file)?.testResults ?? [];
  const tests = suites.flatMap((suite) =>
    suite.assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ fullName, status }) => ({
        file: relative(ROOT, suite.name),
        name: fullName,
        passed: status === "passed",
      })),
  );
  return resultOf(tests, code);
}

function findOnPath(names) {
  for (const folder of (process.env.PATH ?? "").split(delimiter))
    for (const name of names)
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // not here
      }
  return null;
}

/** Runs the browser tests in the machine's Chromium; without one says how to get it (an error in CI). @returns {Promise<Result>} */
export async function runBrowserTests() {
  const chromium = process.env.CHROMIUM_PATH ?? findOnPath(BROWSERS);
  if (!chromium) {
    console.log(
      "The browser tests did not run: there is no Chromium. Install one (apt-get install chromium), or set CHROMIUM_PATH.",
    );
    return { passed: 0, failed: process.env.CI ? 1 : 0, tests: [] };
  }
  const file = freshReport("playwright.json");
  const code = await runOpenly("playwright", ["test", "--config", PLAYWRIGHT_CONFIG, "--reporter=list,json"], {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: join(ROOT, file),
  });
  const report = readReport(file);
  const tests = (report?.suites ?? []).flatMap((suite) => playwrightTests(suite, report.config.rootDir));
  return resultOf(tests, code);
}

function playwrightTests(suite, rootDir, groups = []) {
  const own = (suite.specs ?? [])
    .filter((spec) => spec.tests.some((test) => test.status !== "skipped"))
    .map((spec) => ({
      file: relative(ROOT, join(rootDir, spec.file)),
      name: [...groups, spec.title].join(" "),
      passed: spec.ok,
    }));
  const inner = (suite.suites ?? []).flatMap((one) => playwrightTests(one, rootDir, [...groups, one.title]));
  return [...own, ...inner];
}
