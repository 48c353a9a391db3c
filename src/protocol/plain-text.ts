// Texts made short and plain for places with little room; pure.

/** Markdown without its marks, on one line; without marks that turn text around, which would turn what stands beside it. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/```[^\n]*\n?/g, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s{0,3}(#{1,6}|>|[-*+]|\d+\.)\s+/gm, "")
    .replace(/[*_`~|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();

/** At most `longest` UTF-16 units, an ellipsis included: cut between words where there are any, never inside a character. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const space = text.lastIndexOf(" ", longest - 1);
  const cut = space > longest / 2 ? text.slice(0, space) : text.slice(0, longest - 1);
  return `${cut.replace(/[\uD800-\uDBFF]$/, "").trimEnd()}…`;
}
