// The client's end of a WebSocket to the worker, whatever is spoken over it.
import { Changes } from "../support/changes.ts";

export class ClientSocket {
  closed: { code: number; reason: string } | null = null;
  #socket: WebSocket;
  #changes = new Changes();

  /** `take` gets each text frame. */
  constructor(socket: WebSocket, take: (data: string) => void) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      take(String(data));
      this.#changes.tell();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed ??= { code, reason };
      this.#changes.tell();
    });
    socket.accept();
  }

  send(data: string | ArrayBuffer): void {
    this.#socket.send(data);
  }
  close(): void {
    this.#socket.close(1000);
  }

  /** Resolves after the next frame, or the close. */
  change(): Promise<void> {
    return this.#changes.next();
  }
  async end(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.change();
    return this.closed;
  }
}
