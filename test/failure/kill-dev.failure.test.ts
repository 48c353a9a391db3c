// The same kills through `npm start`: wrangler dev, its own D1, everything killed and started as a whole.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type DevServer, startDevServer } from "../support/dev-server.ts";
import { type FakeProvider, startFakeProvider } from "../support/fake-provider.ts";
import { type Person, signUp } from "../support/harness/api.ts";
import { Tripwire } from "../support/harness/boundaries.ts";
import { runCampaign, summary } from "../support/harness/campaign.ts";
import { judge } from "../support/harness/judge.ts";
import { Random } from "../support/harness/random.ts";
import { harnessVariables } from "../support/harness/variables.ts";
import { faultLines } from "../support/server.ts";

const SEED = process.env.SEED ?? String(Date.now());
const KILLS = 10;
const CONVERSATIONS = 3;

it("ten kills of npm start lose nothing", async () => {
  console.log(`SEED=${SEED}`);
  const dir = mkdtempSync(join(tmpdir(), "edgewise-dev-"));
  const provider: FakeProvider = await startFakeProvider();
  const server: DevServer = await startDevServer({ dir, vars: harnessVariables(provider.url) });
  try {
    const people: [Person, Person][] = [];
    for (let i = 0; i < CONVERSATIONS; i++)
      people.push([await signUp(server.url, `writer${i}`), await signUp(server.url, `reader${i}`)]);
    const { records, missed } = await runCampaign({
      server,
      provider,
      people,
      seed: SEED,
      kills: KILLS,
      database: server.database,
      tripwire: new Tripwire(new Random(`${SEED} delays`)),
      withDatabaseBoundaries: false,
    });
    console.log(`${KILLS} kills (${missed} elsewhere than planned): ${summary(records)}`);
    expect(records.flatMap(judge)).toEqual([]);
    expect(faultLines(server.log)).toEqual([]);
  } finally {
    await server.stop();
    await provider.close();
    rmSync(dir, { recursive: true });
  }
});
