// The colour scheme the person chose, kept in this browser; `system` follows the operating system.
import { createObservable } from "./ui/observable.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "edgewise.theme";
const chosen = createObservable(stored());

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === value) ?? "system";
}

/** Call before the first render, so that the page never shows the wrong colours. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = chosen.value;
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  chosen.set(theme);
  applyTheme();
}

export const useTheme = (): Theme => chosen.use();
