// Waiting for something that a test is told of bit by bit: look, and look again at each change.
export class Changes {
  #waiting: (() => void)[] = [];

  tell(): void {
    for (const look of this.#waiting.splice(0)) look();
  }
  /** Resolves at the next change. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
