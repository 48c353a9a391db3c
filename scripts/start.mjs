// `npm start`: everything from a fresh clone to a running server with its page, on this machine only.
import { prepare } from "./prepare.mjs";

await prepare();
const { readOptions, writeSecrets, readConfiguration } = await import("./configuration.mjs");
const { buildWeb, runQuietly } = await import("./tools.mjs");
const { serve } = await import("./serve.mjs");
const { stop } = await import("./prepare.mjs");

const options = process.argv.slice(2);
const { persistTo, variables } = readOptions(options);

if (writeSecrets()) console.log("Wrote .dev.vars with new random secrets.");
const configuration = readConfiguration(variables);
if (!configuration.ok) stop(configuration.error.message);

console.log("Preparing the database and the page …");
const [migrations, webFailure] = await Promise.all([
  runQuietly("wrangler", ["d1", "migrations", "apply", "DB", "--local", ...persistTo]),
  buildWeb(),
]);
if (migrations.code !== 0) stop(`The database migrations failed:\n${migrations.output}`);
if (webFailure) stop(`The page could not be built:\n${webFailure}`);

await serve(options, { demo: configuration.value.ENVIRONMENT === "development" });
