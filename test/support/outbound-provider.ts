// Everything the worker under test fetches ends here, in Node: a model provider whose answers are scripted by the name of
// the model, and nothing else, so that no test leaves the machine. Streams wait at gates that a test opens: nobody sleeps.
//
// A model is `id/script/script…`: the n-th call of that model plays the n-th script, the last one again and again. A script
// is steps between `|`, each percent-encoded: text is one delta, and
//   ~name   waits until the test opens that gate        @n      n numbered words, a delta each
//   !429:5  answers that status, with retry-after       !stall  says nothing more, ever
//   !cut    breaks the stream off                       !eof    ends it without a finish_reason
//   !json   sends half a JSON object                    !fail   sends an error object in the stream
//   !body   answers 200 with an error object            !length / !filter  finish with that reason

export const PROVIDER = "http://provider.test";

interface Call {
  model: string;
  messages: { role: string; content: string }[];
}

interface Gate {
  open: boolean;
  reached: boolean;
  changed: (() => void)[];
}

const calls = new Map<string, Call[]>();
const gates = new Map<string, Gate>();

/** For miniflare's `outboundService`. */
export async function outbound(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.origin !== PROVIDER) return new Response(`A test may not fetch ${url.origin}.`, { status: 599 });
  const name = url.searchParams.get("name") ?? "";
  switch (url.pathname) {
    case "/v1/chat/completions":
      return answer(await request.json());
    case "/calls":
      return Response.json(calls.get(name) ?? []);
    case "/open":
      change(gate(name), { open: true });
      return new Response("open");
    case "/reached":
      await until(gate(name), (g) => g.reached);
      return new Response("reached");
    default:
      return new Response("There is nothing here.", { status: 404 });
  }
}

function answer(call: Call): Response {
  const earlier = calls.get(call.model) ?? [];
  calls.set(call.model, [...earlier, call]);
  const [, ...scripts] = call.model.split("/");
  const steps = (scripts[earlier.length] ?? scripts.at(-1) ?? "").split("|").map(decodeURIComponent);
  const [first = ""] = steps;
  const status = /^!(\d{3})(?::(\d+))?$/.exec(first);
  if (status) {
    const [, code, pause] = status;
    const headers: HeadersInit = pause === undefined ? {} : { "retry-after": pause };
    return Response.json({ error: { message: "secret words of the provider" } }, { status: Number(code), headers });
  }
  if (first === "!body") return Response.json({ error: { message: "secret words", type: "server_error" } });
  return new Response(streamOf(steps), { headers: { "content-type": "text/event-stream" } });
}

function streamOf(steps: readonly string[]): ReadableStream<Uint8Array> {
  const playing = play(steps);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await playing.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        controller.error(error);
      }
    },
  });
}

async function* play(steps: readonly string[]): AsyncGenerator<string> {
  let words = 0;
  for (const step of steps) {
    if (step.startsWith("~")) {
      change(gate(step.slice(1)), { reached: true });
      await until(gate(step.slice(1)), (g) => g.open);
    } else if (/^@\d+$/.test(step)) {
      for (const end = words + Number(step.slice(1)); words < end; words += 1) yield delta(`w${words} `);
    } else if (step === "!cut") throw new Error("cut");
    else if (step === "!stall") await new Promise(() => {});
    else if (step === "!eof") return;
    else if (step === "!json") return yield 'data: {"choices":[{"delta":{"con\n\n';
    else if (step === "!fail") return yield event({ error: { message: "secret words", type: "server_error" } });
    else if (step === "!length") return yield* finish("length");
    else if (step === "!filter") return yield* finish("content_filter");
    else if (step !== "") yield delta(step);
  }
  yield* finish("stop");
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content: string): string => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
function* finish(reason: string): Generator<string> {
  yield event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
  yield event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });
  yield "data: [DONE]\n\n";
}

function gate(name: string): Gate {
  const found = gates.get(name) ?? { open: false, reached: false, changed: [] };
  gates.set(name, found);
  return found;
}

function change(changed: Gate, to: Partial<Gate>): void {
  Object.assign(changed, to);
  for (const look of changed.changed.splice(0)) look();
}

async function until(watched: Gate, condition: (gate: Gate) => boolean): Promise<void> {
  while (!condition(watched)) await new Promise<void>((resolve) => watched.changed.push(resolve));
}
