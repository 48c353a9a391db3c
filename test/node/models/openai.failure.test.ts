// Every fault of reliability.md §3, row "provider", over real sockets: what it means for the turn, with one request each.
import { createServer } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openAIModels } from "../../../src/models/openai.ts";
import { asking, collect } from "../../support/collect.ts";
import { type Behaviour, fakeText, startFakeProvider } from "../../support/fake-provider.ts";
import { listen } from "../../support/listen.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
let due: (() => void)[] = [];
const clock = {
  now: () => NOW,
  after(_: number, fn: () => void) {
    due.push(fn);
    return () => {
      due = due.filter((other) => other !== fn);
    };
  },
};

const provider = await startFakeProvider();
afterAll(() => provider.close());
beforeEach(() => {
  provider.calls.length = 0;
  due = [];
});
const modelAt = (baseUrl: string, apiKey = "sk-canary-key") =>
  openAIModels({ baseUrl, apiKey, clock })("openai:fake", "fake");
const model = modelAt(provider.url);

async function ask(behaviour: Behaviour) {
  provider.script(() => behaviour);
  const collected = await collect(model, asking("hello"));
  expect(provider.calls).toHaveLength(1);
  expect(collected.error?.message ?? "").not.toMatch(/secret|sk-|hello/i);
  return collected;
}

const verdict = ({ error }: Awaited<ReturnType<typeof ask>>) =>
  error && { code: error.code, retryable: error.retryable, after: error.retryAfterMs };
const AGAIN = { code: "model_unavailable", retryable: true, after: null };
const AWAY = { code: "model_unavailable", retryable: false, after: null };
const REFUSED = { code: "model_refused", retryable: false, after: null };

describe("before the answer", () => {
  it("a refused connection may be tried again", async () => {
    const { error } = await collect(modelAt("http://127.0.0.1:9"), asking("hello"));
    expect(error).toMatchObject({
      code: "model_unavailable",
      retryable: true,
      message: "The model provider cannot be reached.",
    });
  });

  it("a name that does not resolve may be tried again", async () => {
    const { error } = await collect(modelAt("http://no-such-host.invalid/v1"), asking("hello"));
    expect(error).toMatchObject({ code: "model_unavailable", retryable: true });
  });

  it("a connection that is dropped may be tried again", async () => {
    expect(verdict(await ask({ kind: "refuse" }))).toEqual(AGAIN);
  });

  it.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": new Date(NOW + 9_000).toUTCString() }, 9_000],
    [{ "retry-after": new Date(NOW - 9_000).toUTCString() }, 0],
    [{ "retry-after-ms": "250", "retry-after": "7" }, 250],
    [{ "retry-after": "soon" }, null],
    [{}, null],
  ])("429 with %j may be tried again after %s ms", async (headers, after) => {
    expect(verdict(await ask({ kind: "status", status: 429, headers }))).toEqual({ ...AGAIN, after });
  });

  it.each([408, 409, 500, 502, 503, 504, 529])("status %i may be tried again", async (status) => {
    expect(verdict(await ask({ kind: "status", status }))).toEqual(AGAIN);
  });

  it.each([401, 403])("status %i is told as refused credentials", async (status) => {
    const collected = await ask({ kind: "status", status });
    expect(verdict(collected)).toEqual(AWAY);
    expect(collected.error?.message).toBe("The model provider refused our credentials.");
  });

  it.each([400, 404, 405, 413, 422])("status %i is final", async (status) => {
    expect(verdict(await ask({ kind: "status", status }))).toEqual(REFUSED);
  });

  it.each([
    [429, { code: "insufficient_quota" }, "Our quota at the model provider is used up."],
    [400, { code: "context_length_exceeded" }, "The conversation is too long for this model."],
    [400, { code: "content_filter" }, "The model provider's content filter refused this request."],
    [404, { code: "model_not_found" }, "The model provider does not have this model: choose another."],
  ])("status %i with %j says why and is final", async (status, error, message) => {
    const collected = await ask({ kind: "status", status, body: { error: { message: "Secret", ...error } } });
    expect(collected.error?.message).toBe(message);
    expect(collected.error?.retryable).toBe(false);
  });

  it.each([
    [{ message: "Secret", type: "overloaded_error" }, AGAIN],
    [{ message: "Secret", type: "server_error" }, AGAIN],
    [{ message: "Secret", code: 429 }, AGAIN],
    [{ message: "Secret", code: 502 }, AGAIN],
    [{ message: "Secret" }, AGAIN],
    [{ message: "Secret", code: "invalid_api_key", type: "invalid_request_error" }, AWAY],
    [{ message: "Secret", code: "insufficient_quota" }, AWAY],
    [{ message: "Secret", code: 401 }, AWAY],
    [{ message: "Secret", type: "invalid_request_error" }, REFUSED],
    [{ message: "Secret", code: 400 }, REFUSED],
  ])("status 200 with the error object %j", async (error, expected) => {
    expect(verdict(await ask({ kind: "error_body", error }))).toEqual(expected);
  });

  it("a redirect is not followed: the conversation goes to no other server", async () => {
    const other = await startFakeProvider();
    const location = `${other.url}/chat/completions`;
    expect(verdict(await ask({ kind: "status", status: 307, headers: { location } }))).toEqual(AWAY);
    expect(other.calls).toHaveLength(0);
    await other.close();
  });

  it("a web page in place of an answer points at the base URL", async () => {
    const pages = createServer((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hi</h1>"),
    );
    const port = await listen(pages);
    const { error } = await collect(modelAt(`http://127.0.0.1:${port}`), asking("hello"));
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining("base URL") });
    pages.close();
  });

  it("a key that no header can hold is not shown", async () => {
    const { error } = await collect(modelAt(provider.url, "sk-canary\nkey"), asking("hello"));
    expect(error).toMatchObject({ code: "model_unavailable", retryable: false });
    expect(`${error?.message} ${error?.stack} ${error?.cause}`).not.toContain("canary");
    expect(provider.calls).toHaveLength(0);
  });
});

describe("within the answer", () => {
  const begun = fakeText("hello", 10);

  it.each(["cut", "bad_json", "wrong_shape", "error_chunk"] as const)(
    "%s keeps the text so far, has no finish and may be tried again",
    async (kind) => {
      const collected = await ask({ fault: { after: 10, kind } });
      expect(collected.text).toBe(begun);
      expect(collected.finish).toBeNull();
      expect(verdict(collected)).toEqual(AGAIN);
    },
  );

  it("a reset connection has no finish and may be tried again", async () => {
    const collected = await ask({ intervalMs: 5, fault: { after: 10, kind: "reset" } });
    expect(begun.startsWith(collected.text)).toBe(true);
    expect(collected.finish).toBeNull();
    expect(verdict(collected)).toEqual(AGAIN);
  });

  it("a stream that ends without finish_reason has no finish", async () => {
    const collected = await ask({ words: 10, finish: null });
    expect(collected).toEqual({ texts: expect.any(Array), text: begun, finish: null, error: null });
  });

  it("a stall ends when the turn loses patience", async () => {
    provider.script(() => ({ fault: { after: 10, kind: "stall" } }));
    const abort = new AbortController();
    const collected = await collect(model, asking("hello"), abort.signal, (text) => {
      if (text.includes("w9")) abort.abort();
    });
    expect(collected).toMatchObject({ text: begun, finish: null, error: null });
    await provider.when(() => provider.calls[0]?.clientClosed === true);
  });

  it("a stream that is cut after finish_reason is finished, without usage", async () => {
    const { finish, error } = await ask({ cutAfterFinish: true });
    expect({ finish, error }).toEqual({ finish: { type: "finish", reason: "stop", usage: null }, error: null });
  });

  it("a stream that stays open after finish_reason is finished when the grace for usage is over", async () => {
    provider.script(() => ({ words: 3, hangAfterFinish: true }));
    const collected = collect(model, asking("hello"));
    while (due.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const fn of due) fn();
    expect((await collected).finish).toEqual({ type: "finish", reason: "stop", usage: null });
    await provider.when(() => provider.calls[0]?.clientClosed === true);
  });

  it("a server that does not know streaming is understood", async () => {
    const whole = createServer((_, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ choices: [{ message: { content: "All at once." }, finish_reason: "stop" }] })),
    );
    const port = await listen(whole);
    const { text, finish } = await collect(modelAt(`http://127.0.0.1:${port}`), asking("hello"));
    expect({ text, reason: finish?.reason }).toEqual({ text: "All at once.", reason: "stop" });
    whole.close();
  });
});
