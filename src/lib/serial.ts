// Runs the tasks of one key one after another; different keys run side by side. In a worker a task must be kept alive
// (`waitUntil`) until it settles: the platform drops a request whose client is gone, and those behind would wait for ever.

export class Serial {
  #last = new Map<string, Promise<unknown>>();

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, settled);
    void settled.then(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    });
    return mine;
  }
}
