// One sentence at the foot of the page when something did not work; it stays until read or replaced.
import { useSyncExternalStore } from "react";
import { words } from "../words.ts";
import { IconButton } from "./button.tsx";

let shown: string | null = null;
const listeners = new Set<() => void>();

export function toast(sentence: string | null): void {
  shown = sentence;
  for (const listener of listeners) listener();
}

export function Toast() {
  const sentence = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div className="toast-place" role="alert">
      {sentence !== null && (
        <div className="toast">
          <p>{sentence}</p>
          <IconButton icon="close" label={words.dismiss} onClick={() => toast(null)} />
        </div>
      )}
    </div>
  );
}
