// `npm run bench`: builds what is measured, then measures it beside its peers (bench/README.md).
import { prepare, stop } from "./prepare.mjs";

await prepare();
const { buildWeb, runQuietly } = await import("./tools.mjs");
const webFailure = await buildWeb();
if (webFailure) stop(`The page could not be built:\n${webFailure}`);
const { code, output } = await runQuietly("wrangler", ["deploy", "--dry-run", "--minify", "--outdir", "dist/worker"]);
if (code !== 0) stop(`The worker could not be built:\n${output}`);
await import("../bench/main.ts");
