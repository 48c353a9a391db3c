// openai.ts on the real runtime: the faults whose form is the runtime's own, not the SDK's.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type DevWorker, startDevWorker } from "../../support/dev-worker.ts";
import { fakeText, startFakeProvider } from "../../support/fake-provider.ts";

const provider = await startFakeProvider();
let worker: DevWorker;
beforeAll(async () => {
  worker = await startDevWorker(new URL("../../support/model-worker.ts", import.meta.url));
}, 60_000);
afterAll(async () => {
  await worker.stop();
  await provider.close();
});
beforeEach(() => {
  provider.calls.length = 0;
});

async function ask(model: string, more: { baseUrl?: string; abortAfter?: number } = {}): Promise<unknown> {
  const body = JSON.stringify({ baseUrl: provider.url, model, ...more });
  const response = await fetch(worker.url, { method: "POST", body });
  expect(response.status).toBe(200);
  return response.json();
}

const failed = (message: string, text = "") => ({
  text,
  finish: null,
  failure: { code: "model_unavailable", retryable: true, message },
});
const UNREACHABLE = failed("The model provider cannot be reached.");

it("streams an answer to its end", async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 40, total_tokens: 41 };
  const finish = { type: "finish", reason: "stop", usage };
  expect(await ask("fake")).toEqual({ text: fakeText("hello"), finish, failure: null });
});

it("a refused connection, a dropped one and an unknown host may be tried again", async () => {
  expect(await ask("fake", { baseUrl: "http://127.0.0.1:9/v1" })).toEqual(UNREACHABLE);
  expect(await ask("refuse")).toEqual(UNREACHABLE);
  expect(await ask("fake", { baseUrl: "http://no-such-host.invalid/v1" })).toEqual(UNREACHABLE);
  expect(provider.calls).toHaveLength(1);
});

it.each([
  ["cut", "The connection to the model was lost."],
  ["bad_json", "The connection to the model was lost."],
  ["error_chunk", "The model provider has a fault."],
])("%s in the middle keeps the text and may be tried again", async (model, message) => {
  expect(await ask(model)).toEqual(failed(message, fakeText("hello", 10)));
  expect(provider.calls).toHaveLength(1);
});

it("429 is one request", async () => {
  expect(await ask("busy")).toEqual(failed("The model provider is busy."));
  expect(provider.calls).toHaveLength(1);
});

it("a redirect is not followed", async () => {
  const other = await startFakeProvider();
  const headers = { location: `${other.url}/chat/completions` };
  provider.script(() => ({ kind: "status", status: 307, headers }));
  expect(await ask("fake")).toMatchObject({ failure: { code: "model_unavailable", retryable: false } });
  expect(other.calls).toHaveLength(0);
  await other.close();
});

it.each([
  ["while it streams", { words: 1_000, intervalMs: 20 }],
  ["while it stalls", { words: 1_000, fault: { after: 3, kind: "stall" as const } }],
])("an abort %s closes the provider's connection within a second", async (_, answer) => {
  provider.script(() => answer);
  const collected = await ask("fake", { abortAfter: 3 });
  const answeredAt = Date.now();
  expect(collected).toEqual({ text: fakeText("hello", 3), finish: null, failure: null });
  await provider.when(() => provider.calls[0]?.clientClosed === true);
  expect((provider.calls[0]?.endedAt ?? Number.POSITIVE_INFINITY) - answeredAt).toBeLessThan(1_000);
});
