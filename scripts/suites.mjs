// The two suites, quick and failure: what they need beforehand, how they run, and how their result is told.
import { readFileSync } from "node:fs";
import { readPromises, unkept } from "./promises.mjs";
import { runBrowserTests, runVitest, sum } from "./runners.mjs";
import { buildWeb } from "./tools.mjs";

const isFailureTest = (file) => file.startsWith("test/failure/");

/** Runs suites, then counts every promise of docs/promises.md whose test was due and did not pass as failed. */
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
  const broken = unkept(readPromises(readFileSync("docs/promises.md", "utf8")), result.tests, due);
  for (const { id, file, test } of broken)
    console.error(`Promise ${id} is not kept: "${test}" of ${file} did not pass.`);
  const unseen = broken.filter(({ file, test }) => !result.tests.some((one) => one.file === file && one.name === test));
  return { ...result, failed: result.failed + unseen.length };
}

/** Without a Chromium the browser tests may stay away, except in CI. */
const isMissingBrowser = (file, { tests }) =>
  !process.env.CI && file.startsWith("test/browser/") && !tests.some((test) => test.file.startsWith("test/browser/"));

/** Prints the last line and ends the process: 0 only when something ran and nothing failed. */
export function report({ passed, failed }) {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
