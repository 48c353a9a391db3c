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
import { judge } from "../support/harness/judge.ts";
import { Random } from "../support/harness/random.ts";
import { harnessVariables } from "../support/harness/variables.ts";
import { faultLines } from "../support/server.ts";
import { startWorkerd, type WorkerdServer } from "../support/workerd.ts";

const SEED = process.env.SEED ?? String(Date.now());
const KILLS = Number(process.env.KILLS ?? 204);
/** The log of a conversation stays below what a client is replayed, so that the judge sees all of it. */
const KILLS_A_ROUND = 24;
const CONVERSATIONS = 5;

describe(`killed again and again (SEED=${SEED})`, () => {
  const dir = mkdtempSync(join(tmpdir(), "edgewise-kill-"));
  const people: [Person, Person][] = [];
  const tripwire = new Tripwire(new Random(`${SEED} delays`));
  const met = new Map<string, number>();
  let provider: FakeProvider;
  let server: WorkerdServer;

  beforeAll(async () => {
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
  it.each(Array.from({ length: rounds }, (_, i) => i + 1))(
    `round %i of ${rounds}: every promise is kept`,
    async (round) => {
      const kills = Math.min(KILLS_A_ROUND, KILLS - (round - 1) * KILLS_A_ROUND);
      const options = {
        server,
        provider,
        people,
        tripwire,
        kills,
        database: server.d1.rows,
        withDatabaseBoundaries: true,
      };
      const result = await runCampaign({ ...options, seed: `${SEED}.${round}` });
      for (const [boundary, times] of result.met) met.set(boundary, (met.get(boundary) ?? 0) + times);
      console.log(`${kills} kills (${result.missed} elsewhere than planned): ${summary(result.records)}`);
      expect(result.records.flatMap(judge)).toEqual([]);
      expect(faultLines(server.log)).toEqual([]);
    },
  );

  it("every boundary was met", () => {
    console.log(
      [...met]
        .sort()
        .map(([boundary, times]) => `${times} × ${boundary}`)
        .join("\n"),
    );
    expect(met.size).toBe(12);
    expect(Math.min(...met.values())).toBeGreaterThanOrEqual(Math.floor(KILLS / 12 / 3));
  });
});
