// A value that is being typed, once it has stayed the same for a moment.
import { useEffect, useState } from "react";

/** Somebody who types on has not finished the word. */
const PAUSE_MS = 200;

export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
