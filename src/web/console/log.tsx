// Every packet both ways, with its time and size; the newest at the end, which is followed unless one reads further up.
import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { asFile, type Entry, matching } from "./log-book.ts";
import { text } from "./words.ts";

/** More rows than anybody reads at once: the others are in the file, and found by the filter. */
const SHOWN = 300;
const NEAR_END_PX = 40;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

export function Log({ book, onClear }: { book: readonly Entry[]; onClear: () => void }) {
  const [filter, setFilter] = useState({ text: "", heartbeats: false });
  const list = useRef<HTMLOListElement>(null);
  const following = useRef(true);
  // Our own scrolling may be told late, when more has come: only a hand that scrolls ends the following.
  const byHand = useRef(false);
  const touched = () => {
    byHand.current = true;
  };
  const found = matching(book, filter);

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each packet
  useEffect(() => {
    if (following.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [book]);

  return (
    <section className="console-card console-log" aria-labelledby="packets">
      <header className="console-log-head">
        <h2 id="packets">{text.log}</h2>
        <input
          type="text"
          value={filter.text}
          aria-label={text.filter}
          placeholder={text.filter}
          spellCheck={false}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
        />
        <label>
          <input
            type="checkbox"
            checked={filter.heartbeats}
            onChange={(event) => setFilter({ ...filter, heartbeats: event.target.checked })}
          />
          {text.heartbeats}
        </label>
        <Button look="quiet" icon="download" disabled={found.length === 0} onClick={() => save(found)}>
          {text.save}
        </Button>
        <Button look="quiet" disabled={book.length === 0} onClick={onClear}>
          {text.clear}
        </Button>
      </header>
      {found.length === 0 ? (
        <p className="list-note">{book.length === 0 ? text.empty : text.hidden}</p>
      ) : (
        <ol
          ref={list}
          className="packets"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-labelledby="packets"
          onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
            const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
            if (atEnd) byHand.current = false;
            following.current = atEnd || (following.current && !byHand.current);
          }}
          onWheel={touched}
          onTouchMove={touched}
          onPointerDown={touched}
          onKeyDown={touched}
        >
          {found.slice(-SHOWN).map(({ n, at, direction, raw, size }) => (
            <li key={n} data-direction={direction}>
              <span className="visually-hidden">{text.directions[direction]}</span>
              <time dateTime={new Date(at).toISOString()}>{clock.format(at)}</time>
              <code dir="auto">{raw}</code>
              <small>{direction === "note" ? "" : text.bytes(size)}</small>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function save(entries: readonly Entry[]): void {
  const url = URL.createObjectURL(new Blob([asFile(entries)], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `packets-${new Date().toISOString().replaceAll(":", "")}.ndjson`;
  link.click();
  URL.revokeObjectURL(url);
}
