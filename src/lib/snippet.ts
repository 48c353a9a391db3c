// The piece of a text that shows best why it was found, as HTML: everything escaped, and hits in <mark>.
import { type Word, wordsOf } from "./terms.ts";

const WIDTH = 160;
/** So far a cut is moved to stand between words. */
const SNAP = 20;

interface Span {
  start: number;
  end: number;
}
interface Hit extends Span {
  asked: number;
}

/** `answers` tells which of the asked words a word answers, if any, and up to where it is the same. */
export function snippet(text: string, answers: (word: Word) => { asked: number; end: number } | null): string {
  const hits: Hit[] = [];
  for (const word of wordsOf(text)) {
    const answered = answers(word);
    if (answered) hits.push({ start: word.start, ...answered });
  }
  hits.sort((a, b) => a.start - b.start);
  const shown = around(text, densest(hits));
  const html = marked(text, shown, hits).replace(/\s+/g, " ").trim();
  return `${shown.start > 0 ? "…" : ""}${html}${shown.end < text.length ? "…" : ""}`;
}

/** The stretch with the most different asked words, then with the most hits; of equals the first. */
function densest(hits: readonly Hit[]): Span {
  let best = { start: 0, end: 0, words: 0, hits: 0 };
  for (const [i, { start }] of hits.entries()) {
    const words = new Set<number>();
    let end = start;
    let j = i;
    for (let hit = hits[j]; hit && (hit.end <= start + WIDTH || j === i); hit = hits[++j]) {
      words.add(hit.asked);
      end = Math.max(end, hit.end);
    }
    if (words.size > best.words || (words.size === best.words && j - i > best.hits))
      best = { start, end, words: words.size, hits: j - i };
  }
  return best;
}

/** Widened on both sides to the width of a snippet, and cut between words where some are near. */
function around(text: string, core: Span): Span {
  const slack = Math.max(0, WIDTH - (core.end - core.start));
  const least = Math.max(0, Math.min(core.start - Math.ceil(slack / 2), text.length - WIDTH));
  const most = Math.min(text.length, least + WIDTH);
  const before = least > 0 ? text.slice(least, Math.min(least + SNAP, core.start)).search(/\s/) : -1;
  const start = before < 0 ? wholeCharacter(text, least) : least + before + 1;
  const after = most < text.length ? text.slice(Math.max(most - SNAP, core.end), most).search(/\s\S*$/) : -1;
  const end = after < 0 ? wholeCharacter(text, most) : Math.max(most - SNAP, core.end) + after;
  return { start, end };
}

/** The place itself, or the one before it where no character with its marks is split. */
function wholeCharacter(text: string, at: number): number {
  let place = at;
  while (
    place > 0 &&
    place < text.length &&
    /^(?:[\udc00-\udfff]|\p{M}|\p{EMod}|\u200d)/u.test(text.slice(place, place + 2))
  )
    place -= 1;
  return place;
}

function marked(text: string, shown: Span, hits: readonly Hit[]): string {
  let html = "";
  let at = shown.start;
  for (const { start, end } of merged(hits, shown)) {
    html += `${escaped(text.slice(at, start))}<mark>${escaped(text.slice(start, end))}</mark>`;
    at = end;
  }
  return html + escaped(text.slice(at, shown.end));
}

/** What of the hits is shown, as stretches that do not touch. */
function merged(hits: readonly Hit[], shown: Span): Span[] {
  const spans: Span[] = [];
  for (const hit of hits) {
    const start = Math.max(hit.start, shown.start);
    const end = Math.min(hit.end, shown.end);
    const last = spans.at(-1);
    if (start >= end) continue;
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
  }
  return spans;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** Marks that turn text around are left out: cut off from their end, they would turn what stands beside it too. */
const escaped = (text: string): string =>
  text.replace(/[&<>"'\u202a-\u202e\u2066-\u2069]/g, (sign) => ENTITIES[sign] ?? "");
