// The colour scheme the person chose, kept in this browser; `system` follows the operating system.
import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);

const KEY = "edgewise.theme";
const listeners = new Set<() => void>();
let current = stored();

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return isTheme(value) ? value : "system";
}

/** Call before the first render, so that the page never shows the wrong colours. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = current;
}

export function setTheme(theme: Theme): void {
  current = theme;
  localStorage.setItem(KEY, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
