// The provider's faults on real sockets and the real runtime: how each turn ends, and that the ledger is the calls.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeText } from "../support/fake-provider.ts";
import { type Person, postMessage, readMessages } from "../support/harness/api.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

let stage: Stage;
let ada: Person;

beforeAll(async () => {
  stage = await openStage({ TURN_FIRST_TOKEN_S: "2", TURN_STALL_S: "2", TURN_MAX_S: "30" });
  ada = await stage.person("ada");
});
afterAll(() => stage.close());

/** The model's scenario → attempts in the ledger, the turn's state, and its text: whole, begun, or none. */
const ENDINGS: [scenario: string, ledger: string[], state: string, text: "whole" | "begun" | "none"][] = [
  ["fake", ["first ok"], "finished", "whole"],
  ["refuse", ["first failed", "retry failed", "retry failed"], "failed", "none"],
  ["busy", ["first failed", "retry failed", "retry failed"], "failed", "none"],
  ["fault", ["first failed", "retry failed", "retry failed"], "failed", "none"],
  ["credentials", ["first failed"], "failed", "none"],
  ["bad_request", ["first failed"], "failed", "none"],
  ["error_body", ["first failed", "retry failed", "retry failed"], "failed", "none"],
  ["no_first_token", ["first failed", "retry failed", "retry failed"], "failed", "none"],
  ["stall", ["first failed", "continue failed", "continue failed"], "interrupted", "begun"],
  ["cut", ["first failed", "continue failed", "continue failed"], "interrupted", "begun"],
  ["bad_json", ["first failed", "continue failed", "continue failed"], "interrupted", "begun"],
  ["error_chunk", ["first failed", "continue failed", "continue failed"], "interrupted", "begun"],
  ["no_finish", ["first lost", "continue lost", "continue lost"], "interrupted", "whole"],
  ["content_filter", ["first ok"], "finished", "whole"],
  ["length", ["first ok"], "finished", "whole"],
];

describe.concurrent("a turn whose provider plays", () => {
  it.each(ENDINGS)("%s", async (scenario, ledger, state, text) => {
    const conversation = await stage.conversation([ada], scenario);
    const question = `What is ${scenario}?`;
    await postMessage(stage.server.url, ada, conversation, question);
    const turn = await stage.lastTurn(ada, conversation);
    expect(turn.attempts.map(({ reason, outcome }) => `${reason} ${outcome}`)).toEqual(ledger);
    expect(turn.state).toBe(state);
    const calls = stage.provider.calls.filter(({ model }) => model === scenario);
    expect(calls).toHaveLength(ledger.length);
    const messages = await readMessages(stage.server.url, ada, conversation);
    const answer = messages.find(({ role }) => role === "assistant")?.content ?? "";
    if (text === "whole") expect(answer).toBe(fakeText(question));
    if (text === "begun") expect(fakeText(question).startsWith(answer) && answer.length > 0).toBe(true);
    if (text === "none") expect(answer).toBe("");
  });
});

it("ten thousand tokens a second reach a viewer whole, in at most 50 frames a second", async () => {
  const conversation = await stage.conversation([ada], "flood");
  const client = await stage.client(ada, conversation);
  client.send("flood", "Flood me.");
  const turn = await stage.lastTurn(ada, conversation);
  expect(turn.state).toBe("finished");
  const [, answer] = await readMessages(stage.server.url, ada, conversation);
  expect(answer?.content).toBe(fakeText("Flood me.", 20_000));
  const texts = client.connections.flatMap(({ frames }) => frames).filter(({ frame }) => frame.type === undefined);
  const seconds = ((texts.at(-1)?.at ?? 0) - (texts[0]?.at ?? 0)) / 1_000;
  expect(texts.length / seconds).toBeLessThan(62);
});

it("nothing of it was a fault of ours, and no word of the provider's errors reached the log", () => {
  expect(faultLines(stage.server.log)).toEqual([]);
  expect(stage.server.log.filter((line) => line.includes("Secret words"))).toEqual([]);
});
