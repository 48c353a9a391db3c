// Turns that nobody watches, in real time: no socket, no request, only the object's own alarm keeps them going (R8, R9).
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeText } from "../support/fake-provider.ts";
import { postMessage, readMessages } from "../support/harness/api.ts";
import { openStage, type Stage } from "../support/stage.ts";

const FOUR_MINUTES = 240_000;
const WORDS = 240;

describe.concurrent("with nobody connected", () => {
  let stage: Stage;
  let other: Stage;

  beforeAll(async () => {
    [stage, other] = await Promise.all([openStage(), openStage()]);
  });
  afterAll(async () => {
    await Promise.all([stage.close(), other.close()]);
  });

  it("an answer of four minutes is finished and stored", async () => {
    const { server, provider } = stage;
    const ada = await stage.person("ada");
    const conversation = await stage.conversation([ada]);
    provider.script(() => ({ words: WORDS, intervalMs: FOUR_MINUTES / WORDS }));
    await postMessage(server.url, ada, conversation, "Take your time.");
    await provider.when(() => provider.calls.some(({ endedAt }) => endedAt !== null));
    const [call] = provider.calls;
    expect((call?.endedAt ?? 0) - (call?.at ?? 0)).toBeGreaterThan(FOUR_MINUTES * 0.95);
    const turn = await stage.lastTurn(ada, conversation);
    expect(turn).toMatchObject({ state: "finished", attempt: 1 });
    expect(turn.attempts).toHaveLength(1);
    const [, answer] = await readMessages(server.url, ada, conversation);
    expect(answer?.content).toBe(fakeText("Take your time.", WORDS));
    expect(provider.calls).toHaveLength(1);
  });

  it("a killed answer is taken up again within 30 s of the restart, and finished", async () => {
    const { server, provider } = other;
    const ada = await other.person("ada");
    const conversation = await other.conversation([ada]);
    provider.script(() => ({ words: 40, intervalMs: 50 }));
    await postMessage(server.url, ada, conversation, "Go on without me.");
    await provider.when(() => (provider.calls[0]?.tokensSent ?? 0) >= 10);
    await server.kill();
    await sleep(5_000);
    await server.restart();
    const back = Date.now();
    await provider.when(() => provider.calls[1]?.endedAt !== undefined && provider.calls[1].endedAt !== null);
    expect((provider.calls[1]?.at ?? 0) - back).toBeLessThan(30_000);
    const turn = await other.lastTurn(ada, conversation);
    expect(turn.attempts.map(({ reason, outcome }) => `${reason} ${outcome}`)).toEqual(["first lost", "continue ok"]);
    const [, answer] = await readMessages(server.url, ada, conversation);
    expect(answer?.content).toBe(fakeText("Go on without me.", 40));
  });
});
