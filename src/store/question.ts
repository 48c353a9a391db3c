// What a user searches for: as FTS5 takes it, and as the words of a text answer it.
import { type Word, wordsOf } from "../lib/terms.ts";

export interface Question {
  /** All words must be found. `~` stands for the number of the conversation (no term can contain it). */
  match: string;
  /** Which of the asked words, by number, a word of a text answers. */
  answers(word: Word): number | null;
}

/** Null when there is no word in it. The last word counts as a beginning too: it may not be finished yet. */
export function questionOf(text: string): Question | null {
  const words = [...wordsOf(text)].filter(({ inner }) => !inner);
  const last = words.at(-1);
  if (!last) return null;
  const beginning = last.open ? last.terms[0] : null;
  const known = new Map<string, number>();
  for (const [n, { terms }] of words.entries()) for (const term of terms) if (!known.has(term)) known.set(term, n);
  const begins = (term: string) => (beginning !== null && term.startsWith(beginning) ? words.length - 1 : undefined);
  return {
    match: [...new Set(words.map((word) => clause(word, word === last && word.open)))].join(" AND "),
    answers(word) {
      for (const term of word.terms) {
        const n = known.get(term) ?? begins(term);
        if (n !== undefined) return n;
      }
      return null;
    },
  };
}

/** Terms are quoted, and hold no quotation mark themselves: nothing in them is taken for syntax. */
const clause = ({ terms }: Word, beginning: boolean): string =>
  `(${terms.map((term, i) => `"~:${term}"${beginning && i === 0 ? "*" : ""}`).join(" OR ")})`;
