// The title that a conversation without one takes from its first message; pure.
import { plainText } from "../plain-text.ts";

const LONGEST = 60;

/** The beginning of the text, cut between words. */
export function titleOf(content: string): string {
  const text = plainText(content);
  if (text.length <= LONGEST) return text || content.trim().slice(0, LONGEST);
  const cut = text.slice(0, LONGEST);
  const space = cut.lastIndexOf(" ");
  return `${(space > LONGEST / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
