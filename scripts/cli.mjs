// `npm run cli -- COMMAND`: the terminal client, in Node 22 with all that it needs installed.
import { prepare } from "./prepare.mjs";

await prepare();
const { main } = await import("../src/cli/main.ts");

process.exitCode = await main(process.argv.slice(2));
