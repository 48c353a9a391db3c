// A scriptable OpenAI-compatible server: every fault of reliability.md §3, row "provider", on a real socket. A module for
// tests, and a command: node --experimental-strip-types test/support/fake-provider.ts --port 8811 [--words 40]
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Answer, type Behaviour, SCENARIOS, tokensOf } from "./fake-answers.ts";
import { listen } from "./listen.ts";

export { type Answer, type Behaviour, fakeText } from "./fake-answers.ts";

export interface ChatMessage {
  role: string;
  content: string;
}

/** One whole chat request, and how its answer went. */
export interface Call {
  /** Epoch ms of arrival. */
  at: number;
  model: string;
  messages: ChatMessage[];
  /** The request's JSON as it came. */
  body: Record<string, unknown>;
  headers: IncomingMessage["headers"];
  tokensSent: number;
  /** Epoch ms at which the response ended, whoever ended it. */
  endedAt: number | null;
  /** The client closed the connection before the answer was complete. */
  clientClosed: boolean;
}

export type Script = (call: Call, index: number) => Behaviour;

export interface FakeProvider {
  /** Ends with /v1, as OPENAI_BASE_URL wants it. */
  url: string;
  calls: Call[];
  /** From now on, how each call is answered; without one, a model named like a scenario plays it. */
  script(script: Script): void;
  /** Resolves when `condition` holds; it is looked at after each arrival, token and end. */
  when(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

interface Watch {
  condition: () => boolean;
  resolve: () => void;
}

export async function startFakeProvider(options: { port?: number; answer?: Answer } = {}): Promise<FakeProvider> {
  const calls: Call[] = [];
  const watches = new Set<Watch>();
  let script: Script = (call) => SCENARIOS[call.model] ?? options.answer ?? {};
  const changed = () => {
    for (const watch of watches) {
      if (!watch.condition()) continue;
      watches.delete(watch);
      watch.resolve();
    }
  };

  async function chat(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request);
    const call: Call = {
      at: Date.now(),
      model: String(body.model),
      messages: messagesOf(body.messages),
      body,
      headers: request.headers,
      tokensSent: 0,
      endedAt: null,
      clientClosed: false,
    };
    let oursEnded = false;
    response.on("close", () => {
      call.endedAt = Date.now();
      call.clientClosed = !oursEnded;
      changed();
    });
    calls.push(call);
    changed();
    const end = () => {
      oursEnded = true;
    };
    await play(script(call, calls.length - 1), { call, response, end, changed });
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://fake");
    if (pathname === "/v1/chat/completions" && request.method === "POST")
      chat(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    else if (pathname === "/v1/models") sendJson(response, 200, { object: "list", data: modelList() });
    else if (pathname === "/calls") sendJson(response, 200, calls);
    else sendJson(response, 404, { error: { message: "No such route.", type: "invalid_request_error" } });
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port);

  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    script(next) {
      script = next;
    },
    when: (condition) =>
      new Promise((resolve) => {
        watches.add({ condition, resolve });
        changed();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Stage {
  call: Call;
  response: ServerResponse;
  /** Says that from here on it is we who end the response. */
  end(): void;
  changed(): void;
}

async function play(behaviour: Behaviour, stage: Stage): Promise<void> {
  const { call, response, end } = stage;
  switch (behaviour.kind) {
    case "refuse":
      end();
      response.destroy();
      return;
    case "status":
      end();
      sendJson(response, behaviour.status, behaviour.body ?? { error: SECRET_ERROR }, behaviour.headers);
      return;
    case "error_body":
      end();
      sendJson(response, 200, { error: behaviour.error });
      return;
    case undefined:
      if (call.body.stream === true) return stream(behaviour, stage);
      end();
      sendJson(response, 200, wholeAnswer(behaviour, call));
      return;
    default:
      behaviour satisfies never;
  }
}

/** What a provider may say that people must not see. */
const SECRET_ERROR = { message: "Secret words of the provider about key sk-1234", type: "server_error", code: null };

async function stream(answer: Answer, stage: Stage): Promise<void> {
  const { call, response, end } = stage;
  const { intervalMs = 0, finish = "stop", usage = true, fault } = answer;
  if (answer.headersAfterMs) await sleep(answer.headersAfterMs);
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  response.flushHeaders();
  if (answer.firstAfterMs) await sleep(answer.firstAfterMs);
  const tokens = tokensOf(answer, call.messages);
  const started = performance.now();
  const allowed = Math.min(tokens.length, fault?.after ?? Number.POSITIVE_INFINITY);
  while (call.tokensSent < allowed && !response.closed) {
    const due = intervalMs > 0 ? Math.floor((performance.now() - started) / intervalMs) + 1 : allowed;
    while (call.tokensSent < Math.min(due, allowed) && !response.closed) {
      const room = response.write(chunk(call, { delta: { content: tokens[call.tokensSent] } }));
      call.tokensSent += 1;
      stage.changed();
      if (!room) await drained(response);
    }
    if (call.tokensSent < allowed) await sleep(Math.max(1, started + call.tokensSent * intervalMs - performance.now()));
  }
  if (response.closed) return;
  if (fault) return fail(fault.kind, stage);
  for (const delta of callDeltas(answer)) response.write(chunk(call, { delta }));
  if (finish) response.write(chunk(call, { delta: {}, finish_reason: finish }));
  if (finish && answer.hangAfterFinish) return;
  end();
  if (finish && answer.cutAfterFinish) return response.socket?.destroySoon();
  if (usage) response.write(event({ ...head(call), choices: [], usage: usageOf(call) }));
  response.end(finish ? "data: [DONE]\n\n" : undefined);
}

function fail(kind: NonNullable<Answer["fault"]>["kind"], { call, response, end }: Stage): void {
  if (kind === "stall") return;
  end();
  if (kind === "cut") response.socket?.destroySoon();
  else if (kind === "reset") response.socket?.resetAndDestroy();
  else if (kind === "bad_json") response.end('data: {"choices":[{"delta":{"con\n\n');
  else if (kind === "wrong_shape") response.end(event({ ...head(call), choices: [{ delta: { content: 7 } }] }));
  else response.end(event({ error: SECRET_ERROR }));
}

const head = (call: Call) => ({ id: "fake", object: "chat.completion.chunk", created: 0, model: call.model });
const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (call: Call, choice: object): string =>
  event({ ...head(call), choices: [{ index: 0, finish_reason: null, ...choice }] });

/** As providers stream calls: first who is called, then the arguments in pieces. */
const callDeltas = ({ calls = [] }: Answer): object[] =>
  calls.flatMap(({ id, name, arguments: args }, index) => [
    { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
    { tool_calls: [{ index, function: { arguments: args.slice(0, 3) } }] },
    { tool_calls: [{ index, function: { arguments: args.slice(3) } }] },
  ]);

/** Words stand for tokens. */
function usageOf(call: Call) {
  const prompt_tokens = call.messages.reduce((sum, { content }) => sum + content.split(/\s+/).length, 0);
  return { prompt_tokens, completion_tokens: call.tokensSent, total_tokens: prompt_tokens + call.tokensSent };
}

function wholeAnswer(answer: Answer, call: Call): object {
  const tokens = tokensOf(answer, call.messages);
  call.tokensSent = tokens.length;
  const message = { role: "assistant", content: tokens.join("") };
  const choices = [{ index: 0, message, finish_reason: answer.finish ?? "stop" }];
  return { ...head(call), object: "chat.completion", choices, usage: usageOf(call) };
}

const modelList = () => ["fake", ...Object.keys(SCENARIOS)].map((id) => ({ id, object: "model", owned_by: "fake" }));

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once("drain", resolve).once("close", resolve);
  });

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  const json: unknown = JSON.parse(text);
  return isRecord(json) ? json : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const messagesOf = (value: unknown): ChatMessage[] =>
  (Array.isArray(value) ? value : [])
    .filter(isRecord)
    .map(({ role, content }) => ({ role: String(role), content: String(content) }));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { port: { type: "string" }, words: { type: "string" }, interval: { type: "string" } },
  });
  const answer = { words: Number(values.words ?? 40), intervalMs: Number(values.interval ?? 20) };
  const provider = await startFakeProvider({ port: Number(values.port ?? 8811), answer });
  console.log(`Fake provider: OPENAI_BASE_URL=${provider.url}  (models: ${Object.keys(SCENARIOS).join(", ")})`);
}
