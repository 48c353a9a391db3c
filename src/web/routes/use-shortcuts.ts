// The keys that work everywhere; those of the timeline and the composer live beside them.
import { useEffect, useEffectEvent } from "react";
import { useLocation } from "wouter";
import { useListItems } from "../queries.ts";

interface Shortcuts {
  openId: number | null;
  onCreate: () => void;
  onHelp: () => void;
  onSearch: () => void;
}

export function useShortcuts({ openId, onCreate, onHelp, onSearch }: Shortcuts): void {
  const [, navigate] = useLocation();
  const ids = useListItems().map((item) => item.id);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu]")) return;
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    if (action === "create") onCreate();
    else if (action === "help") onHelp();
    else if (action === "search") onSearch();
    else if (action === "write") document.querySelector<HTMLElement>(".composer textarea")?.focus();
    else {
      const next = ids[openId === null ? 0 : ids.indexOf(openId) + action];
      if (next !== undefined) navigate(`/c/${next}`);
    }
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

/** `-1` and `1` go to the conversation above and below. By `code` where Alt makes other characters (macOS). */
function actionOf(event: KeyboardEvent): "create" | "help" | "search" | "write" | -1 | 1 | null {
  if (event.ctrlKey || event.metaKey) return event.key === "k" && !event.altKey ? "search" : null;
  if (event.altKey) {
    if (event.code === "KeyN") return "create";
    if (event.key === "ArrowUp") return -1;
    return event.key === "ArrowDown" ? 1 : null;
  }
  if (isWriting(event.target)) return null;
  if (event.key === "?") return "help";
  return event.key === "/" ? "write" : null;
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
