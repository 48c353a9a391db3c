// DO and DO25: the least that relays an answer on Durable Objects. One object a conversation, hibernating sockets, the model
// by fetch; each token (or what came in GATHER_MS) is one JSON frame to everybody. It stores nothing and checks nobody.
import { DurableObject } from "cloudflare:workers";

interface RelayEnv {
  ROOM: DurableObjectNamespace<RelayRoom>;
  MODEL_URL: string;
  /** "0": every token by itself. */
  GATHER_MS: string;
  /** Planted by the self-test: each token waits so long. */
  DELAY_MS: string;
}

interface Sent {
  ref: number;
  content: string;
  answer: boolean;
}

export class RelayRoom extends DurableObject<RelayEnv> {
  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, data: string): Promise<void> {
    const { ref, content, answer }: Sent = JSON.parse(data);
    this.#toAll(JSON.stringify({ type: "message", content }));
    socket.send(JSON.stringify({ type: "ack", ref }));
    if (answer) await this.#answer(content);
  }

  async #answer(content: string): Promise<void> {
    const response = await fetch(`${this.env.MODEL_URL}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "bench", stream: true, messages: [{ role: "user", content }] }),
    });
    const gatherMs = Number(this.env.GATHER_MS);
    const delayMs = Number(this.env.DELAY_MS);
    let waiting = "";
    let timer: ReturnType<typeof setTimeout> | null = null;
    const flush = () => {
      timer = null;
      if (waiting !== "") this.#toAll(JSON.stringify({ type: "token", text: waiting }));
      waiting = "";
    };
    for await (const text of deltas(response)) {
      if (delayMs > 0) setTimeout(() => this.#toAll(JSON.stringify({ type: "token", text })), delayMs);
      else if (gatherMs === 0) this.#toAll(JSON.stringify({ type: "token", text }));
      else {
        waiting += text;
        timer ??= setTimeout(flush, gatherMs);
      }
    }
    if (timer) clearTimeout(timer);
    flush();
    if (delayMs > 0) await new Promise((resume) => setTimeout(resume, delayMs + 10));
    this.#toAll(JSON.stringify({ type: "done" }));
  }

  #toAll(frame: string): void {
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
  }
}

/** The texts of a stream of chat completion chunks. */
async function* deltas(response: Response): AsyncGenerator<string> {
  let buffer = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    buffer += decoder.decode(bytes, { stream: true });
    const events = buffer.split("\n\n");
    buffer = events.pop() ?? "";
    for (const event of events) {
      if (event === "data: [DONE]") return;
      const { choices }: { choices: { delta: { content?: string } }[] } = JSON.parse(event.slice("data: ".length));
      const text = choices[0]?.delta.content;
      if (text) yield text;
    }
  }
}

export default {
  fetch(request: Request, env: RelayEnv): Promise<Response> | Response {
    const { pathname } = new URL(request.url);
    if (pathname === "/healthz") return new Response("ok");
    return env.ROOM.getByName(pathname).fetch(request);
  },
};
