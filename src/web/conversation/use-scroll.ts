// Where the timeline stands: stays at the newest text only if it is there already, and else keeps what is read in its
// place, whatever is put in or grows above.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** This close to the end counts as being there, px. */
const NEAR_END = 48;
/** Between a row that is gone to and the upper edge, where the row is too high to stand in the middle, px. */
const MARGIN = 16;

interface Scroll {
  viewport: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  /** Something new came while the reader was further up. */
  newBelow: boolean;
  toEnd: () => void;
  /** Puts a row into the middle and holds it there until the reader scrolls. */
  toRow: (row: HTMLElement) => void;
}

/** `oldest` names the topmost row and `newest` the end: each changes when something is put in there. */
export function useScroll(oldest: string, newest: string): Scroll {
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  /** The row that is read or was gone to, and where it stands in the viewport. */
  const read = useRef<{ row: HTMLElement; top: number } | null>(null);
  /** The first row, and where it ends in the content. */
  const first = useRef<{ row: HTMLElement; end: number } | null>(null);
  /** Where the timeline stood when last looked at or moved from here: less than that is the reader's own doing. */
  const stood = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const [newBelow, setNewBelow] = useState(false);

  /** Holds `row` from there on, without one the topmost that is seen. */
  const move = useCallback((top: number, row?: HTMLElement) => {
    const [view, inner] = [viewport.current, content.current];
    if (!view || !inner) return;
    view.scrollTop = top;
    stood.current = view.scrollTop; // the browser keeps it within the content
    read.current = row?.isConnected ? { row, top: row.offsetTop - view.scrollTop } : rowAt(inner, view.scrollTop);
  }, []);

  const toEnd = useCallback(() => {
    following.current = true;
    move(viewport.current?.scrollHeight ?? 0);
    setAtEnd(true);
    setNewBelow(false);
  }, [move]);

  const toRow = useCallback(
    (row: HTMLElement) => {
      const view = viewport.current;
      if (!view) return;
      following.current = false;
      move(row.offsetTop - Math.max((view.clientHeight - row.offsetHeight) / 2, MARGIN), row);
      setAtEnd(view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_END);
    },
    [move],
  );

  useEffect(() => {
    const view = viewport.current;
    if (!view) return;
    const onScroll = () => {
      const left = view.scrollHeight - view.scrollTop - view.clientHeight;
      const up = view.scrollTop < stood.current;
      // A move from here is told of too, and what it holds may stand below a row that grows.
      if (content.current && view.scrollTop !== stood.current) read.current = rowAt(content.current, view.scrollTop);
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
      const held = read.current;
      if (following.current) move(view.scrollHeight);
      else if (held?.row.isConnected) move(held.row.offsetTop - held.top, held.row);
    });
    observer.observe(inner); // text grows
    observer.observe(view); // the keyboard opens, the window changes
    return () => observer.disconnect();
  }, [move]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when rows came above, whatever else changed
  useLayoutEffect(() => {
    const [view, inner] = [viewport.current, content.current];
    if (!view || !inner) return;
    const kept = first.current;
    if (kept?.row.isConnected && !following.current)
      move(view.scrollTop + endOf(kept.row) - kept.end, read.current?.row);
    const row = inner.querySelector<HTMLElement>("[data-row]");
    first.current = row && { row, end: endOf(row) };
  }, [oldest]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes at the end matters
  useEffect(() => {
    if (!following.current) setNewBelow(true);
  }, [newest]);

  return { viewport, content, atEnd, newBelow, toEnd, toRow };
}

/** The first of the rows that are seen from `top` on; they stand in order, one under the other. */
function rowAt(content: HTMLElement, top: number): { row: HTMLElement; top: number } | null {
  const rows = content.children;
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const row = rows[middle];
    if (row instanceof HTMLElement && endOf(row) <= top) from = middle + 1;
    else to = middle;
  }
  // Neither a day nor what tells that more can be loaded is read.
  for (const row of [...rows].slice(from))
    if (row instanceof HTMLElement && row.dataset.row) return { row, top: row.offsetTop - top };
  return null;
}

/** Where a row ends: its heading may go when it is no longer the first one, and what follows must not move. */
const endOf = (row: HTMLElement): number => row.offsetTop + row.offsetHeight;
