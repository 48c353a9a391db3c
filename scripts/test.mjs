// `npm test`: every quick test; `npm run test:failure`: the slow ones that kill real servers. Ends with "N passed, N failed".
import { prepare } from "./prepare.mjs";

await prepare();
const { runTests, report } = await import("./suites.mjs");

report(await runTests(process.argv[2] === "failure" ? ["failure"] : ["quick"]));
