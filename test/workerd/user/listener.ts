// Somebody who listens to his inbox: every frame parsed by its schema, kept, and waited for.
import { InboxFrame } from "../../../src/protocol/inbox.ts";
import { ClientSocket } from "../client-socket.ts";
import { upgrade } from "../conversation/socket.ts";
import { errorOf } from "../http/client.ts";

export class Listener {
  readonly frames: InboxFrame[] = [];
  #socket: ClientSocket;

  constructor(socket: WebSocket) {
    this.#socket = new ClientSocket(socket, (data) => {
      if (data !== "pong") this.frames.push(InboxFrame.parse(JSON.parse(data)));
    });
  }

  get closed() {
    return this.#socket.closed;
  }
  /** Resolves when this conversation was named for the `times`th time. */
  async hears(conversation: number, times = 1): Promise<void> {
    while (this.heard(conversation) < times) {
      if (this.closed) throw new Error(`closed with ${this.closed.code} ${this.closed.reason}`);
      await this.#socket.change();
    }
  }
  heard(conversation: number): number {
    return this.frames.filter((frame) => frame.type === "inbox.changed" && frame.conversation_id === conversation)
      .length;
  }
  end(): Promise<{ code: number; reason: string }> {
    return this.#socket.end();
  }
  send(frame: string): void {
    this.#socket.send(frame);
  }
}

export const knock = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  upgrade(`/parties/inbox/me${query}`, headers);

export async function listen(token: string): Promise<Listener> {
  const response = await knock("", { Authorization: `Bearer ${token}` });
  if (!response.webSocket) throw new Error(`refused: ${JSON.stringify(await errorOf(response))}`);
  return new Listener(response.webSocket);
}
