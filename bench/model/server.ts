// The model of every measurement, in a process of its own: an OpenAI-compatible server that streams stamped tokens, each
// as an event and a write of its own as real providers do. Forked by run/model.ts, which it tells its port.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { listen } from "../../test/support/listen.ts";
import { type Wish, wishOf } from "./question.ts";
import { nowUs, stamp } from "./stamp.ts";

/** Events in one write where nobody waits between tokens. */
const BATCH = 50;

const Body = z.object({ messages: z.array(z.object({ role: z.string(), content: z.string() })) });

const head = { id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1_700_000_000, model: "bench" };
const event = (rest: object): string => `data: ${JSON.stringify({ ...head, ...rest })}\n\n`;
const chunk = (delta: object, finish_reason: string | null = null): string =>
  event({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
const token = (n: number): string => chunk({ content: stamp(n, nowUs()) });

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  const { messages } = Body.parse(JSON.parse(text));
  const wish = wishOf(messages.findLast(({ role }) => role === "user")?.content ?? "");
  if (!wish) return void response.writeHead(400).end('{"error":{"message":"This is no question of the benchmark."}}');
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  response.socket?.setNoDelay(true);
  await (wish.rate > 0 ? paced(wish, response) : unpaced(wish, response));
  if (wish.lingerMs > 0) await sleep(wish.lingerMs);
  const usage = { prompt_tokens: 10, completion_tokens: wish.tokens, total_tokens: 10 + wish.tokens };
  response.end(`${chunk({}, "stop")}${event({ choices: [], usage })}data: [DONE]\n\n`);
}

/** Each token at its time; late ones follow at once, each stamped when it is written. */
async function paced({ tokens, rate }: Wish, response: ServerResponse): Promise<void> {
  const started = nowUs();
  for (let sent = 0; sent < tokens && !response.closed; ) {
    const due = Math.min(tokens, Math.floor(((nowUs() - started) * rate) / 1e6) + 1);
    for (; sent < due; sent += 1) response.write(token(sent));
    if (sent < tokens) await sleep(Math.max(1, (started - nowUs()) / 1e3 + (sent * 1e3) / rate));
  }
}

async function unpaced({ tokens }: Wish, response: ServerResponse): Promise<void> {
  for (let sent = 0; sent < tokens && !response.closed; ) {
    let batch = "";
    for (const end = Math.min(tokens, sent + BATCH); sent < end; sent += 1) batch += token(sent);
    if (!response.write(batch)) await new Promise((resume) => response.once("drain", resume).once("close", resume));
    else await new Promise(setImmediate);
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
server.keepAliveTimeout = 600_000;
const port = await listen(server);
process.on("disconnect", () => process.exit());
process.send?.({ port });
