// Somebody who listens to his inbox: every frame parsed by its schema, kept, and waited for.
import { InboxFrame } from "../../../src/protocol/inbox.ts";
import { upgrade } from "../conversation/socket.ts";
import { errorOf } from "../http/client.ts";

export class Listener {
  readonly frames: InboxFrame[] = [];
  closed: { code: number; reason: string } | null = null;
  #socket: WebSocket;
  #watching: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (data !== "pong") this.frames.push(InboxFrame.parse(JSON.parse(String(data))));
      this.#changed();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed ??= { code, reason };
      this.#changed();
    });
    socket.accept();
  }

  /** Resolves when this conversation was named for the `times`th time. */
  async hears(conversation: number, times = 1): Promise<void> {
    while (this.heard(conversation) < times) await this.#next();
  }
  heard(conversation: number): number {
    return this.frames.filter((frame) => frame.type === "inbox.changed" && frame.conversation_id === conversation)
      .length;
  }
  async end(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await new Promise<void>((resolve) => this.#watching.push(resolve));
    return this.closed;
  }
  send(frame: string): void {
    this.#socket.send(frame);
  }

  async #next(): Promise<void> {
    if (this.closed) throw new Error(`closed with ${this.closed.code} ${this.closed.reason}`);
    await new Promise<void>((resolve) => this.#watching.push(resolve));
  }
  #changed(): void {
    for (const look of this.#watching.splice(0)) look();
  }
}

export const knock = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  upgrade(`/parties/inbox/me${query}`, headers);

export async function listen(token: string): Promise<Listener> {
  const response = await knock("", { Authorization: `Bearer ${token}` });
  if (!response.webSocket) throw new Error(`refused: ${JSON.stringify(await errorOf(response))}`);
  return new Listener(response.webSocket);
}
