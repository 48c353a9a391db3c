// openai.ts over real sockets: what is asked, what comes back, and how a call ends.
import { afterAll, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../src/lib/clock.ts";
import { joinContinuation } from "../../../src/models/continuation.ts";
import { openAIModels } from "../../../src/models/openai.ts";
import { asking, collect } from "../../support/collect.ts";
import { type Answer, fakeText, startFakeProvider } from "../../support/fake-provider.ts";

const provider = await startFakeProvider();
afterAll(() => provider.close());
beforeEach(() => {
  provider.calls.length = 0;
});

const model = openAIModels({ baseUrl: provider.url, apiKey: "sk-test", clock: systemClock })("openai:fake", "fake");
const answerWith = (answer: Answer) => provider.script(() => answer);

it("yields text as it arrives and then one finish with the provider's usage", async () => {
  answerWith({ words: 40, intervalMs: 5 });
  const { texts, text, finish } = await collect(model, asking("hello"));
  expect(text).toBe(fakeText("hello", 40));
  expect(texts.length).toBeGreaterThan(1);
  expect(finish).toEqual({
    type: "finish",
    reason: "stop",
    usage: { prompt_tokens: 1, completion_tokens: 40, total_tokens: 41 },
  });
  expect(provider.calls).toHaveLength(1);
});

it("asks for a stream with usage, in the provider's own model name, with the key and nothing of the host", async () => {
  answerWith({});
  await collect(model, {
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hello" },
    ],
    partial: "",
    temperature: 0.3,
  });
  const [call] = provider.calls;
  expect(call?.body).toEqual({
    model: "fake",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hello" },
    ],
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.3,
  });
  expect(call?.headers.authorization).toBe("Bearer sk-test");
  expect(Object.keys(call?.headers ?? {}).filter((name) => name.startsWith("x-"))).toEqual([]);
});

it("asks a server without a key without one, and leaves out a temperature that nobody set", async () => {
  answerWith({});
  const keyless = openAIModels({ baseUrl: provider.url, apiKey: null, clock: systemClock })("openai:fake", "fake");
  expect((await collect(keyless, asking("hello"))).finish).not.toBeNull();
  expect(provider.calls[0]?.headers.authorization).toBeUndefined();
  expect(provider.calls[0]?.body).not.toHaveProperty("temperature");
});

it("asks for the rest of an answer by showing its stored beginning", async () => {
  answerWith({});
  const whole = fakeText("hello");
  const partial = whole.slice(0, 50);
  const { text } = await collect(model, asking("hello", partial));
  expect(partial + text).toBe(whole);
  expect(provider.calls[0]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(provider.calls[0]?.messages[1]?.content).toBe(partial);
});

it.each([
  ["exact", "exact" as const],
  ["overlap of 30", { overlap: 30 }],
  ["restart", "restart" as const],
])("a continuation that is met with %s rejoins exactly, wherever the answer was cut", async (_, continuation) => {
  answerWith({ continuation });
  const whole = fakeText("hello");
  for (const cut of [1, 2, 7, 8, 60, 131, whole.length - 1]) {
    const partial = whole.slice(0, cut);
    const { text } = await collect(model, asking("hello", partial));
    const join = joinContinuation(partial, text, true);
    expect(join.state === "append" && partial + text.slice(join.skip)).toBe(whole);
  }
});

it.each([
  ["length", "length"],
  ["content_filter", "content_filter"],
  ["tool_calls", "stop"],
] as const)("a finish_reason %s ends the answer as %s", async (finish, reason) => {
  answerWith({ finish });
  expect((await collect(model, asking("hello"))).finish?.reason).toBe(reason);
});

it("an answer without usage is finished all the same", async () => {
  answerWith({ usage: false });
  expect((await collect(model, asking("hello"))).finish).toEqual({ type: "finish", reason: "stop", usage: null });
});

it("passes on a token of 200 KB and 10,000 tokens a second whole", async () => {
  answerWith({ tokens: ["é".repeat(200_000)] });
  expect((await collect(model, asking("hello"))).text).toBe("é".repeat(200_000));
  answerWith({ words: 5_000, intervalMs: 0.1 });
  const { text, finish } = await collect(model, asking("hello"));
  expect(text).toBe(fakeText("hello", 5_000));
  expect(finish?.usage?.completion_tokens).toBe(5_000);
});

it("removes NUL from the text and never yields an empty part", async () => {
  answerWith({ tokens: ["a\0b", "", "\0", "c"] });
  const { texts, text } = await collect(model, asking("hello"));
  expect(text).toBe("abc");
  expect(texts).not.toContain("");
});

it("closes the provider's connection within a second of an abort, and ends without finish or error", async () => {
  answerWith({ words: 1_000, intervalMs: 20 });
  const abort = new AbortController();
  let abortedAt = 0;
  const { texts, finish, error } = await collect(model, asking("hello"), abort.signal, () => {
    if (abortedAt) return;
    abortedAt = Date.now();
    abort.abort();
  });
  await provider.when(() => provider.calls[0]?.endedAt !== null);
  expect(provider.calls[0]?.clientClosed).toBe(true);
  expect((provider.calls[0]?.endedAt ?? Infinity) - abortedAt).toBeLessThan(1_000);
  expect({ texts: texts.length, finish, error }).toEqual({ texts: 1, finish: null, error: null });
});

it("an abort while the provider thinks closes the connection too", async () => {
  answerWith({ headersAfterMs: 30_000 });
  const abort = new AbortController();
  const collected = collect(model, asking("hello"), abort.signal);
  await provider.when(() => provider.calls.length === 1);
  abort.abort();
  expect(await collected).toEqual({ texts: [], text: "", finish: null, error: null });
  await provider.when(() => provider.calls[0]?.clientClosed === true);
});

it("a reader that leaves early closes the connection", async () => {
  answerWith({ words: 1_000, intervalMs: 20 });
  for await (const _ of model.stream(asking("hello"), new AbortController().signal)) break;
  await provider.when(() => provider.calls[0]?.clientClosed === true);
});

it("an aborted signal sends nothing", async () => {
  expect((await collect(model, asking("hello"), AbortSignal.abort())).finish).toBeNull();
  expect(provider.calls).toHaveLength(0);
});

it("offers tools, and yields the calls of an answer whole with its finish", async () => {
  const calls = [
    { id: "c1", name: "weather", arguments: '{"city":"Bern"}' },
    { id: "c2", name: "time", arguments: "{}" },
  ];
  answerWith({ text: "I look.", calls, finish: "tool_calls" });
  const tools = [{ name: "weather", description: "Of a city", parameters: { type: "object" } }];
  const { text, finish } = await collect(model, { ...asking("How warm?"), tools });
  expect(provider.calls[0]?.body.tools).toEqual([{ type: "function", function: tools[0] }]);
  expect([text, finish]).toMatchObject([
    "I look.",
    {
      reason: "stop",
      calls: [
        { call_id: "c1", name: "weather", arguments: '{"city":"Bern"}' },
        { call_id: "c2", name: "time", arguments: "{}" },
      ],
    },
  ]);
});

it("gives calls of one answer ids of their own where the provider gives one id to several", async () => {
  const calls = ["weather", "time"].map((name) => ({ id: "c1", name, arguments: "{}" }));
  answerWith({ text: "", calls, finish: "tool_calls" });
  const { finish } = await collect(model, asking("How warm?"));
  expect(finish?.calls).toMatchObject([{ call_id: "c1" }, { call_id: expect.stringMatching(/^call_[\w-]{36}$/) }]);
});

it("shows the provider calls and results in its own form", async () => {
  answerWith({});
  const calls = [{ call_id: "c1", name: "weather", arguments: "{}" }];
  await collect(model, {
    messages: [
      { role: "user", content: "How warm?" },
      { role: "assistant", content: "", calls },
      { role: "tool", content: "20", call_id: "c1" },
    ],
    partial: "",
    temperature: null,
  });
  expect(provider.calls[0]?.body.messages).toEqual([
    { role: "user", content: "How warm?" },
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
    },
    { role: "tool", content: "20", tool_call_id: "c1" },
  ]);
});
