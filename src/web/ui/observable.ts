// A value outside React that components can show.
import { useSyncExternalStore } from "react";

export interface Observable<T> {
  readonly value: T;
  set(value: T): void;
  /** The value, in a component that is rendered anew when it changes. */
  use(): T;
}

export function createObservable<T>(initial: T): Observable<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get value() {
      return value;
    },
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, () => value),
  };
}
