// `npm run seed [-- --server URL]`: demo data for a running development server.
import { prepare } from "./prepare.mjs";

await prepare();
const { seed } = await import("../src/cli/seed.ts");

process.exitCode = await seed(process.argv.slice(2));
