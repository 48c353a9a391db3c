// `npm run check`: types, lint, dead code, then the tests; in CI the failure tests too. Ends with "N passed, N failed".
import { prepare } from "./prepare.mjs";

await prepare();
const { runQuietly } = await import("./tools.mjs");
const { runTests, report } = await import("./suites.mjs");

/** Each counts as one test. */
const CHECKS = [
  ["types of the bindings", "wrangler", ["types", "--include-runtime=true"]],
  ["types of the worker", "tsc", ["-p", "tsconfig.json"]],
  ["types of the page", "tsc", ["-p", "tsconfig.web.json"]],
  ["types of the tests", "tsc", ["-p", "tsconfig.node.json"]],
  ["lint and format", "biome", ["check", "--error-on-warnings", "."]],
  ["dead code", "knip", []],
];

let passed = 0;
for (const [what, tool, args] of CHECKS) {
  const { code, output } = await runQuietly(tool, args);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${what}`);
  if (code === 0) passed++;
  else console.log(output);
}

const tests = await runTests(process.env.CI ? ["quick", "failure"] : ["quick"]);
report({ passed: passed + tests.passed, failed: CHECKS.length - passed + tests.failed });
