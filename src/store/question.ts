// What a user searches for: as FTS5 takes it, and as the words of a text answer it.
import { JOINT, type Word, wordsOf } from "../lib/terms.ts";

export interface Question {
  /** All words must be found, best first: as they are written; the last one only begun; or only in another form. `~` stands
   * for the number of the conversation (no term can contain it). What a way before it finds, one leaves out. */
  ways: readonly { way: Way; match: string }[];
  /** Which of the asked words, by number, a word of a text answers, and how much of it is the same. */
  answers(word: Word): Answered | null;
}

/** Written, begun, otherwise. */
export type Way = "w" | "b" | "o";

export interface Answered {
  asked: number;
  /** In the original text: behind the word, or behind the beginning that it shares with the one that was asked for. */
  end: number;
}

/** Null when there is no word in it. The last word counts as a beginning too: it may not be finished yet. */
export function questionOf(text: string): Question | null {
  const words = [...wordsOf(text)].filter(({ inner }) => !inner);
  const last = words.at(-1);
  if (!last) return null;
  const typed = last.open ? written(last) : null;
  const known = new Map<string, number>();
  for (const [n, { forms, whole }] of words.entries())
    for (const term of [whole, ...forms]) if (!known.has(term)) known.set(term, n);
  const all = (clause: (word: Word, beginning: boolean) => string) =>
    [...new Set(words.map((word) => clause(word, word === last && word.open)))].join(" AND ");
  const asWritten = all((word) => oneOf(({ whole }) => [whole])(word, false));
  const [begun, anyhow] = [all(oneOf(asIs)), all(oneOf(({ forms }) => forms))];

  return {
    ways: [
      { way: "w", match: asWritten },
      ...(begun === asWritten ? [] : [{ way: "b" as const, match: `(${begun}) NOT (${asWritten})` }]),
      ...(anyhow === begun ? [] : [{ way: "o" as const, match: `(${anyhow}) NOT (${begun})` }]),
    ],
    answers(word) {
      const [beginning, ...stems] = word.terms;
      for (const form of [word.whole, ...stems]) {
        const asked = known.get(form);
        if (asked !== undefined) return { asked, end: word.end };
      }
      if (typed !== null && begins(word, typed)) return { asked: words.length - 1, end: word.end };
      const asked = known.get(beginning);
      const like = asked === undefined ? undefined : words[asked];
      return asked === undefined || !like ? null : { asked, end: word.upTo(shared(written(like), written(word))) };
    },
  };
}

/** A word as it is written, up to where terms end. */
const written = ({ whole }: Word): string => whole.replace(/\.$/, "");

/** Of the codes that begin with it only the shortest, in whose last piece it ends. */
const begins = (word: Word, typed: string): boolean =>
  word.whole.startsWith(typed) && !JOINT.test(written(word).slice(typed.length));

/** Of the last word, what begins with it. */
const asIs = (word: Word, beginning: boolean): [string] => [beginning ? written(word) : word.whole];

/** Terms are quoted, and hold no quotation mark themselves: nothing in them is taken for syntax. */
const oneOf =
  (termsOf: (word: Word, beginning: boolean) => readonly [string, ...string[]]) =>
  (word: Word, beginning: boolean): string => {
    const terms = termsOf(word, beginning);
    const asked = beginning ? terms.filter((term, i) => i === 0 || !term.startsWith(terms[0])) : terms;
    return `(${asked.map((term, i) => `"~:${term}"${beginning && i === 0 ? "*" : ""}`).join(" OR ")})`;
  };

function shared(one: string, other: string): number {
  let units = 0;
  while (units < one.length && one[units] === other[units]) units += 1;
  return units;
}
