// Closed while a commit is on its way: who came meanwhile comes in together, and what they write is one commit again.

export class Turnstile {
  #durable: () => Promise<void>;
  #closed: Promise<void> | null = null;

  /** `durable`: resolves when everything written so far is. */
  constructor(durable: () => Promise<void>) {
    this.#durable = durable;
  }

  /** Resolves when it opens; null: it is open. */
  get closed(): Promise<void> | null {
    return this.#closed;
  }

  /** Something was written. */
  close(): void {
    const open = () => {
      this.#closed = null;
    };
    this.#closed ??= this.#durable().then(open, open); // where storage has failed, the platform ends the object
  }
}
