// A conversation that gives itself a title, killed at every step of it: the model is asked at most once, each call has its
// row in the ledger (R4), and there is a title in the end, though nobody is connected.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Attempt } from "../../src/protocol/entities.ts";
import type { Call } from "../support/fake-provider.ts";
import { createConversation, type Person, postMessage, readConversation, readTurns } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { asksForTitle } from "../support/title-calls.ts";

/** Conversations killed at each step. */
const ROUNDS = 4;
const TITLE = "Tides of the sea";

let stage: Stage;
let ada: Person;

beforeAll(async () => {
  stage = await openStage();
  stage.provider.script((call) =>
    asksForTitle(call) ? { text: TITLE, firstAfterMs: 30, intervalMs: 15 } : { words: 4, intervalMs: 2 },
  );
  ada = await stage.person("ada");
});
afterAll(() => stage.close());

/** The moment of the kill, seen from outside (decision 001). */
const steps: [string, (question: string) => Promise<void>][] = [
  ["as its first answer ends", (question) => seen(question, false, ({ endedAt }) => endedAt !== null)],
  ["as the model is asked", (question) => seen(question, true, () => true)],
  ["as the model speaks", (question) => seen(question, true, ({ tokensSent }) => tokensSent >= 2)],
  ["as the model has spoken", (question) => seen(question, true, ({ endedAt }) => endedAt !== null)],
];

describe("a conversation that is killed", () => {
  it.each(steps)("%s has a title in the end, and a row of the ledger for each call", async (_what, step) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { server, provider } = stage;
      const question = `question ${crypto.randomUUID()}`;
      const id = await createConversation(server.url, ada, [], undefined, null);
      await postMessage(server.url, ada, id, question);
      await step(question);
      await sleep(round);
      await server.kill();
      await server.restart();

      await until(async () => (await readConversation(server.url, ada, id)).title !== null, "it has a title");
      const calls = provider.calls.filter((call) => asksForTitle(call) && said(call).includes(question));
      const rows = titleRows((await readTurns(server.url, ada, id)).flatMap(({ attempts }) => attempts));
      expect(calls.length).toBeLessThanOrEqual(1);
      expect(rows.filter(({ outcome }) => outcome !== "lost").length).toBeLessThanOrEqual(calls.length);
      expect(rows.length).toBeGreaterThanOrEqual(calls.length);
      expect(rows.length).toBeLessThanOrEqual(1);
      const whole = rows[0]?.outcome === "ok";
      expect((await readConversation(server.url, ada, id)).title).toBe(whole ? TITLE : question);
      await until(() => mirrored(id).join() === rows.map(({ outcome }) => outcome).join(), "D1 has the ledger's row");
    }
  });
});

const said = ({ messages }: Call): string => messages.at(-1)?.content ?? "";
const titleRows = (attempts: Attempt[]): Attempt[] => attempts.filter(({ reason }) => reason === "title");

const mirrored = (id: number): string[] =>
  stage.server.d1
    .rows("SELECT outcome FROM attempts WHERE conversation_id = ? AND reason = 'title'", id)
    .map(({ outcome }) => String(outcome));

/** A call of this question, for its title or for its answer, has come so far. */
const seen = (question: string, title: boolean, far: (call: Call) => boolean): Promise<void> =>
  stage.provider.when(() =>
    stage.provider.calls.some((call) => asksForTitle(call) === title && said(call).includes(question) && far(call)),
  );
