// Requests over a socket that wait for their reply.

export class Replies<T> {
  #waiting = new Map<number, { resolve: (reply: T) => void; reject: (error: Error) => void }>();
  #ref = 0;

  /** `send` puts the request with this number on its way. */
  ask(send: (ref: number) => void): Promise<T> {
    const ref = ++this.#ref;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ref, { resolve, reject });
      send(ref);
    });
  }

  settle(ref: number, reply: T): void {
    this.#waiting.get(ref)?.resolve(reply);
    this.#waiting.delete(ref);
  }

  /** Nothing more will come: whoever waits is told. */
  fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
