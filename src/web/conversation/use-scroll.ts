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
  const anchor = useRef<{ row: Element; top: number } | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [newBelow, setNewBelow] = useState(false);

  const toEnd = useCallback(() => {
    const view = viewport.current;
    if (!view) return;
    following.current = true;
    view.scrollTop = view.scrollHeight;
    setAtEnd(true);
    setNewBelow(false);
  }, []);

  useEffect(() => {
    const view = viewport.current;
    if (!view) return;
    let top = view.scrollTop;
    const onScroll = () => {
      const left = view.scrollHeight - view.scrollTop - view.clientHeight;
      const up = view.scrollTop < top;
      top = view.scrollTop;
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
      if (following.current) view.scrollTop = view.scrollHeight;
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
    if (kept?.row.isConnected && !following.current) view.scrollTop += topOf(kept.row) - kept.top;
    const row = inner.querySelector("[data-row]");
    anchor.current = row && { row, top: topOf(row) };
  }, [oldest]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes at the end matters
  useEffect(() => {
    if (!following.current) setNewBelow(true);
  }, [newest]);

  return { viewport, content, atEnd, newBelow, toEnd };
}

const topOf = (row: Element): number => (row instanceof HTMLElement ? row.offsetTop : 0);
