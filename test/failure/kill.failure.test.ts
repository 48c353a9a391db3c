// Kills the server under conversations that do not pause, at every numbered boundary and at random, and judges the
// record by R1 to R11. A run prints its seed; SEED=… runs it again, KILLS=… makes it longer.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeProvider, startFakeProvider } from "../support/fake-provider.ts";
import { type Person, signUp } from "../support/harness/api.ts";
import { Tripwire } from "../support/harness/boundaries.ts";
import { runCampaign, summary } from "../support/harness/campaign.ts";
import { judge, type Violation } from "../support/harness/judge.ts";
import { Random } from "../support/harness/random.ts";
import { harnessVariables } from "../support/harness/variables.ts";
import { faultLines } from "../support/server.ts";
import { startWorkerd, type WorkerdServer } from "../support/workerd.ts";

const SEED = process.env.SEED ?? String(Date.now());
const KILLS = Number(process.env.KILLS ?? 204);
/** The log of a conversation stays below what a client is replayed, so that the judge sees all of it. */
const KILLS_A_ROUND = 24;
const CONVERSATIONS = 5;

/** Each rule of the judge is a promise, and a test of its own over the record of all kills. */
const PROMISES = {
  R1: "nothing that was acknowledged is lost",
  R2: "everything that a client has seen is stored, byte for byte",
  R3: "a message sent again after a kill is stored and answered once",
  R4: "every call to the provider has its row in the ledger, written before it",
  R5: "the numbering has no gap and no repetition, in the log and on every socket",
  R6: "every client is live again within 5 s and given exactly what it missed",
  R7: "a cancelled turn stays cancelled after a kill",
  R8: "every turn ends exactly once",
  R10: "a broken-off answer goes on where it stopped, without a wrong word",
  R11: "the database ends with exactly what the conversations hold",
};

describe("killed again and again", () => {
  const dir = mkdtempSync(join(tmpdir(), "edgewise-kill-"));
  const people: [Person, Person][] = [];
  const tripwire = new Tripwire(new Random(`${SEED} delays`));
  const allMet = new Map<string, number>();
  const violations: Violation[] = [];
  let killed = 0;
  let provider: FakeProvider;
  let server: WorkerdServer;

  beforeAll(async () => {
    console.log(`SEED=${SEED}`);
    provider = await startFakeProvider();
    server = await startWorkerd({ dir, vars: harnessVariables(provider.url) });
    server.d1.onMoment = ({ at, statements }) => {
      if (statements.some((sql) => /INSERT INTO (messages|turns|attempts)\b/i.test(sql)))
        tripwire.trip({ type: "d1", at });
      return undefined;
    };
    for (let i = 0; i < CONVERSATIONS; i++)
      people.push([await signUp(server.url, `writer${i}`), await signUp(server.url, `reader${i}`)]);
  });

  afterAll(async () => {
    await server.stop();
    await provider.close();
    rmSync(dir, { recursive: true });
  });

  const rounds = Math.ceil(KILLS / KILLS_A_ROUND);
  it.each(Array.from({ length: rounds }, (_, i) => i + 1))(`round %i of ${rounds} runs to its end`, async (round) => {
    const kills = Math.min(KILLS_A_ROUND, KILLS - (round - 1) * KILLS_A_ROUND);
    const { records, missed, met } = await runCampaign({
      server,
      provider,
      people,
      tripwire,
      kills,
      seed: `${SEED}.${round}`,
      database: server.d1.rows,
      withDatabaseBoundaries: true,
    });
    for (const [boundary, times] of met) allMet.set(boundary, (allMet.get(boundary) ?? 0) + times);
    killed += kills;
    violations.push(...records.flatMap(judge));
    console.log(`${kills} kills (${missed} elsewhere than planned): ${summary(records)}`);
    expect(faultLines(server.log)).toEqual([]);
  });

  for (const [rule, promise] of Object.entries(PROMISES))
    it(promise, () => {
      expect(killed).toBe(KILLS);
      expect(violations.filter((violation) => violation.rule === rule)).toEqual([]);
    });

  it("every boundary was met", () => {
    console.log(
      [...allMet]
        .sort()
        .map(([boundary, times]) => `${times} × ${boundary}`)
        .join("\n"),
    );
    expect(allMet.size).toBe(12);
    expect(Math.min(...allMet.values())).toBeGreaterThanOrEqual(Math.floor(KILLS / 12 / 3));
  });
});
