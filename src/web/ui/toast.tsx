// One sentence at the foot of the page when something did not work; it stays until read or replaced.
import { words } from "../words.ts";
import { IconButton } from "./button.tsx";
import { createObservable } from "./observable.ts";

const shown = createObservable<string | null>(null);

export const toast = (sentence: string): void => shown.set(sentence);

export function Toast() {
  const sentence = shown.use();
  return (
    <div className="toast-place" role="alert">
      {sentence !== null && (
        <div className="toast">
          <p>{sentence}</p>
          <IconButton icon="close" label={words.dismiss} onClick={() => shown.set(null)} />
        </div>
      )}
    </div>
  );
}
