// The server's snippet (escaped text with hits in <mark>) as parts to show: no HTML reaches the page as HTML, and the marks
// of Markdown that nobody reads are left out; pure.

export interface SnippetPart {
  text: string;
  hit: boolean;
}

export function parseSnippet(snippet: string): SnippetPart[] {
  const parts: SnippetPart[] = [];
  let hit = false;
  for (const piece of snippet.split(/(<\/?mark>)/)) {
    if (piece === "<mark>") hit = true;
    else if (piece === "</mark>") hit = false;
    else parts.push({ text: decode(piece).replace(MARKS, ""), hit });
  }
  return parts.filter(({ text }) => text !== "");
}

/** Bold, struck out, code: single `*` and `_` may belong to what was written. */
const MARKS = /\*\*|~~|`+/g;

const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (entity, name: string) => CHARACTERS[name] ?? entity);
