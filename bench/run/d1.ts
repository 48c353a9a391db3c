// D1 in a process of its own, as it is another machine on the platform: the stub of the failure tests, counting.
// Forked by peers/edgewise.ts with the database's file.
import { startD1 } from "../../test/support/d1-stub.ts";

const d1 = await startD1(process.argv[2]);
process.on("disconnect", () => process.exit());
process.on("message", () => process.send?.({ requests: d1.requests, rowsWritten: d1.rowsWritten }));
process.send?.({ port: d1.port });
