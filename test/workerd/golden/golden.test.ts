// The golden files are what the server says: each scenario is played, and compared with its file. With UPDATE_GOLDEN=1 the
// files are written anew. test/node/client/golden.test.ts plays them to our own client.
import { describe, expect, it } from "vitest";
import { type FinalState, writeLines } from "../../support/golden.ts";
import { normalised } from "./normal.ts";
import { cast, Stage } from "./scenario.ts";
import { CLOSES } from "./scenarios/closes.ts";
import { FAILURES } from "./scenarios/failures.ts";
import { OPENING } from "./scenarios/opening.ts";
import { PEOPLE } from "./scenarios/people.ts";
import { REVISING } from "./scenarios/revising.ts";
import { SENDING } from "./scenarios/sending.ts";

const SCENARIOS = [...OPENING, ...SENDING, ...REVISING, ...PEOPLE, ...FAILURES, ...CLOSES];

const people = await cast();

describe("the server says what the golden file has", () => {
  it.each(SCENARIOS)("$name", { timeout: 30_000 }, async (scenario) => {
    const stage = await Stage.of(scenario, people);
    await scenario.play(stage);
    stage.recording.stopped = true;
    const shown = scenario.unseen ? {} : await stage.shown();
    const state: FinalState = { status: { state: "live" }, ...shown, typing: [], notice: null, ...scenario.ends };
    const lines = normalised(stage.recording.lines, stage.names, new Set(scenario.keep));
    const file = `../../golden/${scenario.name}`;
    await expect(writeLines([{ about: scenario.about }, ...lines])).toMatchFileSnapshot(`${file}.jsonl`);
    await expect(`${JSON.stringify(state, null, 2)}\n`).toMatchFileSnapshot(`${file}.state.json`);
  });
});
