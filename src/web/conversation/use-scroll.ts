// Where the timeline stands: stays at the newest text only if it is there already, and keeps its place
// when earlier messages are put in above.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** This close to the end counts as being there, px. */
const NEAR_END = 48;

interface Scroll {
  viewport: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  /** Something new came while the reader was further up. */
  newBelow: boolean;
  toEnd: () => void;
}

/** `oldest` names the topmost row and `newest` the end: each changes when something is put in there. */
export function useScroll(oldest: string, newest: string): Scroll {
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const anchor = useRef<{ row: Element; end: number } | null>(null);
  /** Where the timeline stood when last looked at or moved from here: less than that is the reader's own doing. */
  const stood = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const [newBelow, setNewBelow] = useState(false);

  const toEnd = useCallback(() => {
    const view = viewport.current;
    if (!view) return;
    following.current = true;
    stood.current = moveTo(view, view.scrollHeight);
    setAtEnd(true);
    setNewBelow(false);
  }, []);

  useEffect(() => {
    const view = viewport.current;
    if (!view) return;
    const onScroll = () => {
      const left = view.scrollHeight - view.scrollTop - view.clientHeight;
      const up = view.scrollTop < stood.current;
      stood.current = view.scrollTop;
      // Only moving up lets go: that the end moves away from a reader (new text, a smaller window) does not.
      if (up && left > 1) following.current = false;
      else if (left < NEAR_END) following.current = true;
      const end = following.current || left < NEAR_END;
      setAtEnd(end);
      if (end) setNewBelow(false);
    };
    view.addEventListener("scroll", onScroll, { passive: true });
    return () => view.removeEventListener("scroll", onScroll);
  }, []);

  useEffect(() => {
    const [view, inner] = [viewport.current, content.current];
    if (!view || !inner) return;
    const observer = new ResizeObserver(() => {
      if (following.current) stood.current = moveTo(view, view.scrollHeight);
    });
    observer.observe(inner); // text grows
    observer.observe(view); // the keyboard opens, the window changes
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when rows came above, whatever else changed
  useLayoutEffect(() => {
    const [view, inner] = [viewport.current, content.current];
    if (!view || !inner) return;
    const kept = anchor.current;
    if (kept?.row.isConnected && !following.current)
      stood.current = moveTo(view, view.scrollTop + endOf(kept.row) - kept.end);
    const row = inner.querySelector("[data-row]");
    anchor.current = row && { row, end: endOf(row) };
  }, [oldest]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes at the end matters
  useEffect(() => {
    if (!following.current) setNewBelow(true);
  }, [newest]);

  return { viewport, content, atEnd, newBelow, toEnd };
}

/** Answers where it came to stand: the browser keeps it within the content. */
function moveTo(view: HTMLElement, top: number): number {
  view.scrollTop = top;
  return view.scrollTop;
}

/** Where a row ends: its heading may go when it is no longer the first one, and what follows must not move. */
const endOf = (row: Element): number => (row instanceof HTMLElement ? row.offsetTop + row.offsetHeight : 0);
