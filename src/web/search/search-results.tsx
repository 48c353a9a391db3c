// What was found, the words as they are written first; more comes when the end is scrolled to.
import { type KeyboardEvent, useRef } from "react";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { useShown } from "../ui/use-shown.ts";
import { words } from "../words.ts";
import { HitRow } from "./hit-row.tsx";
import { useSearch } from "./use-search.ts";

const NEAR_END = { box: ".sidebar-scroll", margin: "0px 0px 300px" };

interface SearchResultsProps {
  text: string;
  /** Only in this conversation. */
  within: number | null;
  /** ↑ on the first one. */
  onUp: () => void;
}

export function SearchResults({ text, within, onUp }: SearchResultsProps) {
  const { query, hits, current } = useSearch(text, within);
  const end = useRef<HTMLDivElement>(null);
  const loadMore = () => {
    if (!query.isFetchingNextPage && !query.isFetchNextPageError) void query.fetchNextPage();
  };
  useShown(end, current && query.hasNextPage, NEAR_END, loadMore);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...event.currentTarget.querySelectorAll("a")];
    const at = links.findIndex((link) => link.matches(":focus"));
    const next = links[at + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    if (next) next.focus();
    else if (at === 0) onUp();
  };

  const searching = !current || query.isPending;
  return (
    <div className="hits" aria-busy={searching}>
      <p className="visually-hidden" role="status">
        {searching ? words.search.busy : words.search.found(hits.length, query.hasNextPage)}
      </p>
      {query.isError && hits.length === 0 ? (
        <div className="list-note" role="alert">
          <p>
            {words.search.failed} {reasonOf(query.error)}
          </p>
          <Button icon="retry" onClick={() => void query.refetch()}>
            {words.tryAgain}
          </Button>
        </div>
      ) : hits.length === 0 ? (
        <div className="list-note">
          <p>{searching ? words.search.busy : words.search.nothing(text.trim())}</p>
          {!searching && <p>{words.search.hint}</p>}
        </div>
      ) : (
        <ul className="list" aria-label={words.search.results} data-stale={searching} onKeyDown={onKeyDown}>
          {hits.map((hit) => (
            <HitRow key={`${hit.conversation_id}-${hit.message_id}`} hit={hit} within={within !== null} />
          ))}
        </ul>
      )}
      <div ref={end}>
        {current && query.hasNextPage && (
          <Button
            look="quiet"
            className="list-more"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {query.isFetchingNextPage ? words.loading : words.search.more}
          </Button>
        )}
      </div>
    </div>
  );
}
