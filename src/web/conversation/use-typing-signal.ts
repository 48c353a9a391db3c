// Tells the others that somebody is typing.
import { useEffect, useEffectEvent, useRef } from "react";
import { LIMITS } from "../../protocol/limits.ts";

/** A `typing` signal holds for six seconds (protocol.md, Signals): said again while the person goes on. */
const TYPING_AGAIN_MS = LIMITS.typingMs / 2;

/** Says `typing` when it begins, again while it lasts, and once when it ends. */
export function useTypingSignal(onTyping: (on: boolean) => void): (on: boolean) => void {
  const said = useRef(0);
  const signal = (on: boolean) => {
    if (!on) {
      if (said.current > 0) onTyping(false);
      said.current = 0;
    } else if (Date.now() - said.current > TYPING_AGAIN_MS) {
      onTyping(true);
      said.current = Date.now();
    }
  };
  const stop = useEffectEvent(() => signal(false));
  useEffect(() => () => stop(), []);
  return signal;
}
