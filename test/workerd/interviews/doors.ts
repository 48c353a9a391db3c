// The doors of an interview as a client finds them: Socket.IO, the native WebSocket, and HTTP.
import * as z from "zod";
import { ClientSocket } from "../client-socket.ts";
import type { Person } from "../conversation/people.ts";
import { call, errorOf, HOST, worker } from "../http/client.ts";
import { SESSIONS } from "./interviews.ts";

/** What arrives at an interview's socket, of either kind. */
const Frame = z.union([
  z.strictObject({ type: z.enum(["system", "status", "error"]), content: z.string() }),
  z.strictObject({
    type: z.literal("ai_response"),
    message_id: z.int(),
    content: z.strictObject({ message: z.string(), isSummary: z.boolean() }),
    question_count: z.int(),
  }),
  z.strictObject({ type: z.undefined().optional(), message_id: z.int(), token: z.string(), offset: z.int() }),
]);
type Frame = z.infer<typeof Frame>;

/** A WebSocket that keeps what it is told. */
export class TestSocket {
  readonly raw: string[] = [];
  #socket: ClientSocket;

  constructor(socket: WebSocket) {
    this.#socket = new ClientSocket(socket, (data) => {
      if (data === "2") socket.send("3");
      else this.raw.push(data);
    });
  }

  get closed() {
    return this.#socket.closed;
  }

  send(text: string): void {
    this.#socket.send(text);
  }
  close(): void {
    this.#socket.close();
  }

  /** What an interview's client is told, Socket.IO's packets taken off. */
  get frames(): Frame[] {
    return this.raw.flatMap((text) => {
      if (text.startsWith("{")) return [Frame.parse(JSON.parse(text))];
      const [event, payload] = text.startsWith("42") ? JSON.parse(text.slice(2)) : [null];
      return event === "ai_message" || event === "ai_token" ? [Frame.parse(payload)] : [];
    });
  }
  of<T extends Frame["type"]>(type: T): Extract<Frame, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
  }
  /** The answer's text by its tokens, which must follow on each other. */
  get text(): string {
    let text = "";
    for (const frame of this.frames) {
      if (frame.type === "status") text = "";
      if (frame.type !== undefined) continue;
      if (frame.offset !== text.length) throw new Error(`offset ${frame.offset} after ${text.length}`);
      text += frame.token;
    }
    return text;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#socket.change();
  }
  /** So many of these. */
  has(type: Frame["type"], count = 1): Promise<void> {
    return this.until(() => this.of(type).length >= count);
  }
  ended(): Promise<void> {
    return this.until(() => this.closed !== null);
  }
}

async function upgraded(path: string, headers: Record<string, string> = {}): Promise<TestSocket> {
  const { status, webSocket } = await worker(
    // From an address of its own: many refusals from one are another test's (gateway/refusals.security.test.ts).
    new Request(`${HOST}${path}`, {
      headers: { upgrade: "websocket", "cf-connecting-ip": crypto.randomUUID(), ...headers },
    }),
  );
  if (!webSocket) throw new Error(`the upgrade answered ${status}`);
  return new TestSocket(webSocket);
}

/** As whom; left out: absent. */
export type As = { user_entity_id?: unknown };

const query = (fields: Record<string, unknown>): string =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value ?? "")])).toString();

export const plainSocket = (session: unknown, auth: Record<string, unknown>, headers?: Record<string, string>) =>
  upgraded(`/api/v1/ai-assistant/ws/${session}?${query(auth)}`, headers);

/** Python's order of the query: without recovery, like the plain one. */
export async function ioSocket(auth: object, namespace = ""): Promise<TestSocket> {
  const socket = await upgraded("/socket.io/?transport=websocket&EIO=4");
  socket.send(`40${namespace}${JSON.stringify(auth)}`);
  return socket;
}

export const say = (socket: TestSocket, message: unknown): void => {
  const io = socket.raw[0]?.startsWith("0") === true;
  socket.send(io ? `42${JSON.stringify(["ai_message", { message }])}` : JSON.stringify({ message }));
};

/** "in", or the words of the refusal. */
type Door = (who: Person, session: number, as: As) => Promise<string>;

export const DOORS: Record<string, Door> = {
  "Socket.IO": async ({ token }, session_id, as) => {
    const socket = await ioSocket({ token, session_id, ...as });
    await socket.until(() => socket.of("system").length > 0 || socket.raw.some((text) => text.startsWith("44")));
    const refusal = socket.raw.find((text) => text.startsWith("44"));
    socket.close();
    return refusal === undefined ? "in" : JSON.parse(refusal.slice(2)).message;
  },
  WebSocket: async ({ token }, session, as) => {
    const socket = await plainSocket(session, { token, ...as });
    await socket.until(() => socket.of("system").length > 0 || socket.closed !== null);
    if (socket.closed === null) socket.close();
    else if (socket.closed.code !== 1008) throw new Error(`closed with ${socket.closed.code}`);
    return socket.closed && socket.of("system").length === 0 ? socket.closed.reason : "in";
  },
  HTTP: async ({ token }, session, as) => {
    const response = await call(`${SESSIONS}/${session}?${query(as)}`, { token });
    return response.ok ? "in" : (await errorOf(response)).message;
  },
};
