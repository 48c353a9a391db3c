// An observable value. Listeners hear of a change at once, and then at most once in the time of one display frame.
import type { Environment } from "./environment.ts";

const FRAME_MS = 16;

export interface Store<T> {
  readonly value: T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T, environment: Environment): Store<T> {
  let value = initial;
  let told = -Infinity;
  let due = false;
  const listeners = new Set<() => void>();

  function tell() {
    due = false;
    told = environment.now();
    for (const listener of [...listeners]) listener();
  }

  return {
    get value() {
      return value;
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      if (due) return;
      const wait = told + FRAME_MS - environment.now();
      if (wait <= 0) return tell();
      due = true;
      environment.after(wait, tell);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
