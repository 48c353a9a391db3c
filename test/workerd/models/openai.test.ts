// openai.ts inside workerd, where it lives: the SDK over scripted responses (openai.failure.test.ts in test/node has
// every fault over real sockets, workerd.failure.test.ts real sockets from workerd).
import { expect, it } from "vitest";
import { systemClock } from "../../../src/lib/clock.ts";
import { openAIModels } from "../../../src/models/openai.ts";
import { asking, collect } from "../../support/collect.ts";

const encoder = new TextEncoder();
const sse = (...events: (object | string)[]) =>
  events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");
const says = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const ends = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const streamed = (body: BodyInit) => new Response(body, { headers: { "content-type": "text/event-stream" } });

function modelOf(respond: (request: RequestInit | undefined) => Response | Promise<Response>) {
  const send: typeof fetch = async (_, init) => respond(init);
  return openAIModels({ baseUrl: "http://provider.test/v1", apiKey: "sk-test", clock: systemClock, fetch: send })(
    "openai:m",
    "m",
  );
}

/** `pieces`, then what `last` does: a stream that errs or stays open. */
function pieceByPiece(
  pieces: Uint8Array[],
  last: (controller: ReadableStreamDefaultController) => void,
  cancelled = () => {},
) {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else last(controller);
    },
    cancel: cancelled,
  });
}

/** One read for each event, as from a model that takes its time. */
const oneByOne = (...events: (object | string)[]): ReadableStream<Uint8Array> =>
  pieceByPiece(
    events.map((event) => encoder.encode(sse(event))),
    (controller) => controller.close(),
  );

it("says that a model is at work while it thinks, and only then", async () => {
  const thinks = { choices: [{ index: 0, delta: { role: "assistant", content: "", reasoning_content: "Hm." } }] };
  const begins = { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] };
  const body = oneByOne(begins, thinks, says("Hi"), ends, "[DONE]");
  const types: string[] = [];
  for await (const part of modelOf(() => streamed(body)).stream(asking("hello"), new AbortController().signal))
    types.push(part.type);
  expect(types).toEqual(["working", "text", "finish"]);
});

it("streams text, usage and finish", async () => {
  const body = oneByOne(says("Hel"), says("lo"), ends, { choices: [], usage }, "[DONE]");
  const collected = await collect(
    modelOf(() => streamed(body)),
    asking("hello"),
  );
  expect(collected).toEqual({
    texts: ["Hel", "lo"],
    text: "Hello",
    finish: { type: "finish", reason: "stop", usage },
    error: null,
  });
});

it("passes on together what one read brought", async () => {
  const { texts, finish } = await collect(
    modelOf(() => streamed(sse(says("Hel"), says("lo"), ends, "[DONE]"))),
    asking("hello"),
  );
  expect({ texts, reason: finish?.reason }).toEqual({ texts: ["Hello"], reason: "stop" });
});

it("understands frames that arrive cut at every byte", async () => {
  const bytes = encoder.encode(sse(says("né 😀"), ends, "[DONE]"));
  for (let at = 1; at < bytes.length; at += 1) {
    const pieces = [bytes.slice(0, at), bytes.slice(at)];
    const body = pieceByPiece(pieces, (controller) => controller.close());
    expect(
      await collect(
        modelOf(() => streamed(body)),
        asking("hello"),
      ),
    ).toMatchObject({ text: "né 😀", error: null });
  }
});

it("ignores comments, empty deltas and choices that say nothing", async () => {
  const body = `: ping\n\n${sse({ choices: [] }, { choices: null }, { choices: [{ delta: null }] }, says(""), says("a"), ends)}`;
  const { texts, finish } = await collect(
    modelOf(() => streamed(body)),
    asking("hello"),
  );
  expect({ texts, reason: finish?.reason }).toEqual({ texts: ["a"], reason: "stop" });
});

it("keeps half a surrogate pair at a delta's edge for the pacer", async () => {
  const halves = ["a\\ud83d", "\\ude00b"].map(
    (content) => `data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`,
  );
  const body = pieceByPiece(
    [...halves, sse(ends)].map((piece) => encoder.encode(piece)),
    (controller) => controller.close(),
  );
  const { texts, text } = await collect(
    modelOf(() => streamed(body)),
    asking("hello"),
  );
  expect(texts.map((piece) => piece.length)).toEqual([2, 2]); // a message with half a pair would break the runner
  expect(text).toBe("a😀b");
});

it.each([
  ["that loses its connection", (c: ReadableStreamDefaultController) => c.error(new Error("Network connection lost."))],
  [
    "that ends in the middle of JSON",
    (c: ReadableStreamDefaultController) => {
      c.enqueue(encoder.encode('data: {"choi'));
      c.close();
    },
  ],
])("a stream %s is a lost connection that may be tried again", async (_, last) => {
  const body = pieceByPiece([encoder.encode(sse(says("begun")))], last);
  const { text, finish, error } = await collect(
    modelOf(() => streamed(body)),
    asking("hello"),
  );
  expect({ text, finish }).toEqual({ text: "begun", finish: null });
  expect(error).toMatchObject({
    code: "model_unavailable",
    retryable: true,
    message: "The connection to the model was lost.",
  });
});

it("an abort cancels the response's body and hands the signal to the request", async () => {
  let cancelled = false;
  let signal: AbortSignal | null | undefined;
  const body = pieceByPiece(
    [encoder.encode(sse(says("begun")))],
    () => {},
    () => {
      cancelled = true;
    },
  );
  const abort = new AbortController();
  const model = modelOf((request) => {
    signal = request?.signal;
    return streamed(body);
  });
  const collected = await collect(model, asking("hello"), abort.signal, () => abort.abort());
  expect(collected).toMatchObject({ text: "begun", finish: null, error: null });
  expect({ cancelled, aborted: signal?.aborted }).toEqual({ cancelled: true, aborted: true });
});

it("a request that cannot be sent may be tried again", async () => {
  const model = modelOf(() => Promise.reject(new TypeError("Network connection lost.")));
  expect((await collect(model, asking("hello"))).error).toMatchObject({
    code: "model_unavailable",
    retryable: true,
    message: "The model provider cannot be reached.",
  });
});

it("reads nothing from process.env", async () => {
  const planted = {
    OPENAI_API_KEY: "sk-planted",
    OPENAI_ADMIN_KEY: "sk-planted",
    OPENAI_ORG_ID: "planted",
    OPENAI_PROJECT_ID: "planted",
    OPENAI_BASE_URL: "http://planted.test",
    OPENAI_CUSTOM_HEADERS: "x-planted: yes\nauthorization: planted",
  };
  Object.assign(process.env, planted);
  try {
    let sent = "";
    const send: typeof fetch = async (url, init) => {
      sent = `${url} ${JSON.stringify([...new Headers(init?.headers)])} ${init?.body}`;
      return streamed(sse(ends));
    };
    const options = { baseUrl: "http://provider.test/v1", apiKey: null, clock: systemClock, fetch: send };
    await collect(openAIModels(options)("openai:m", "m"), asking("hello"));
    expect(sent).toContain("http://provider.test/v1/chat/completions");
    expect(sent).not.toContain("planted");
  } finally {
    for (const name of Object.keys(planted)) delete process.env[name];
  }
});
