// The two suites, quick and failure: what they need beforehand, how they run, and how their result is told.
import { readFileSync } from "node:fs";
import { isKept, readPromises, testsOf } from "./promises.mjs";
import { runBrowserTests, runVitest, sum } from "./runners.mjs";
import { buildWeb } from "./tools.mjs";

const isFailureTest = (file) => /^test\/(failure|conformance)\//.test(file);

/** Runs suites; every promise of docs/promises.md whose test was due and did not run is one more failure. */
export async function runTests(suites) {
  const results = [];
  const failure = await buildWeb();
  if (failure) {
    console.error(`The page could not be built:\n${failure}`);
    results.push({ passed: 0, failed: 1, tests: [] });
  }
  if (suites.includes("quick")) results.push(await runVitest(["workerd", "node"]), await runBrowserTests());
  if (suites.includes("failure")) results.push(await runVitest(["failure"]));
  return withPromises(sum(results), suites);
}

function withPromises(result, suites) {
  const due = (file) => suites.includes(isFailureTest(file) ? "failure" : "quick") && !isMissingBrowser(file, result);
  const promises = readPromises(readFileSync("docs/promises.md", "utf8")).filter(({ file }) => due(file));
  const broken = promises.filter((promise) => !isKept(promise, result.tests));
  for (const { id, file, test } of broken)
    console.error(`Promise ${id} is not kept: "${test}" of ${file} did not run and pass.`);
  // One whose test failed is counted already.
  const missing = broken.filter((promise) => testsOf(promise, result.tests).length === 0);
  return { ...result, failed: result.failed + missing.length };
}

/** Without a Chromium the browser tests may stay away, except in CI. */
const isMissingBrowser = (file, { tests }) =>
  !process.env.CI && file.startsWith("test/browser/") && !tests.some((test) => test.file.startsWith("test/browser/"));

/** Prints the last line and ends the process: 0 only when something ran and nothing failed. */
export function report({ passed, failed }) {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
