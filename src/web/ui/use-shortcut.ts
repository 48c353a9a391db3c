// A key with Alt, for as long as its component is shown.
import { useEffect, useEffectEvent } from "react";

/** `code` names the key's place on the keyboard: with Alt, macOS writes other characters. Null does nothing. */
export function useShortcut(code: string, action: (() => void) | null): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!action || !event.altKey || event.ctrlKey || event.metaKey || event.code !== code) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
