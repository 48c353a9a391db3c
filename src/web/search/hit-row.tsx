// One message that was found: where, by whom, when, and the words around the hits. Opens its conversation at it.
import { Link, useLocation, useSearch } from "wouter";
import type { SearchHit } from "../../protocol/rest.ts";
import { authorOf } from "../conversation/announcement.ts";
import { listTime } from "../conversation/time.ts";
import { words } from "../words.ts";
import { parseSnippet } from "./snippet.ts";

/** With a state each click is a visit of its own, also to the address that is open. */
const VISIT = { from: "search" };

export function HitRow({ hit, within }: { hit: SearchHit; within: boolean }) {
  const [path] = useLocation();
  const address = `/c/${hit.conversation_id}?message=${hit.message_id}`;
  const open = `${path}?${useSearch()}` === address;
  const author = authorOf(hit);
  return (
    <li className="list-row" data-open={open}>
      <Link href={address} state={VISIT} aria-current={open ? "page" : undefined} className="list-link hit">
        <span className="list-title" dir="auto">
          {within ? author : (hit.title ?? words.list.untitled)}
        </span>
        <time className="list-time" dateTime={hit.created_at}>
          {listTime(hit.created_at, new Date())}
        </time>
        <span className="hit-text" dir="auto">
          {!within && <span className="hit-author">{author}: </span>}
          {parseSnippet(hit.snippet).map((part, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: a snippet never changes
            part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
          )}
        </span>
      </Link>
    </li>
  );
}
