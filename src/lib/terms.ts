// The words of a text in any script, and the terms under which each is found: one function for what is stored and for what
// is asked. Measured over four languages (retrieval.md §3). The language is not known, so a Latin word has both its forms.
import { stemmer } from "stemmer";
import { type Folded, fold } from "./folded.ts";

export interface Word {
  /** Its place in the original text, in UTF-16 units. */
  start: number;
  end: number;
  /** Each of them finds it. The first is the word as written, or its beginning; a stem behind it ends with a hyphen. */
  terms: readonly [string, ...string[]];
  /** What finds it in any form: its terms, and its stem both marked as one and as a word that is written so. */
  forms: readonly [string, ...string[]];
  /** What only the whole word has: its one term, or, where that is cut or may be, the word with a full stop behind it. */
  whole: string;
  /** Where in the original text its first `units` ones end. */
  upTo(units: number): number;
  /** Part of a longer word, for which a question asks in its place. */
  inner: boolean;
  /** It may be the beginning of a longer word, whose first term then begins with its own. */
  open: boolean;
}

/** A longer run of letters or digits is data, and counts by its beginning. */
const LONGEST = 64;

/** Scripts without spaces. Chinese, Japanese: single characters and pairs. Korean, Thai and its neighbours: pairs. */
const OF_SINGLES = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]`;
const OF_PAIRS = String.raw`[\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`;
/** One or more characters of a class, each with its marks. */
const several = (characters: string) => String.raw`(?:${characters}\p{M}*)+`;
/** One of them joins two pieces. */
export const JOINT = /[\-._,:\/]/v;
const PIECE = several(String.raw`[[\p{L}\p{N}]--${OF_SINGLES}--${OF_PAIRS}]`);
const TOKEN = new RegExp(
  [
    `(?<singles>${several(String.raw`[${OF_SINGLES}&&[\p{L}\p{N}]]`)})`,
    `(?<pairs>${several(String.raw`[${OF_PAIRS}&&\p{L}]`)})`,
    `(?<plain>${PIECE}(?:${JOINT.source}${PIECE})*)`,
    String.raw`\p{RI}{2}|\p{Extended_Pictographic}`,
  ].join("|"),
  "gv",
);
const CHARACTER = /\P{M}\p{M}*/gv;
const PIECES = new RegExp(PIECE, "gv");
/** A number, or a word of one alphabet. */
const RUN = new RegExp(
  [String.raw`\p{N}`, String.raw`\p{sc=Latn}`, String.raw`[\p{L}--\p{sc=Latn}]`].map(several).join("|"),
  "gv",
);

/** In the order of the text; what begins at the same place from the longest to the shortest. */
export function* wordsOf(original: string): Generator<Word> {
  const folded = fold(original);
  for (const { 0: token, index, groups = {} } of folded.text.matchAll(TOKEN)) {
    const word = placed(folded, index);
    if (groups.singles !== undefined) yield* grams(token, true, word);
    else if (groups.pairs !== undefined) yield* grams(token, false, word);
    else if (groups.plain !== undefined) yield* plain(token, word);
    else yield word(0, token, [token], {});
  }
}

type Nature = Partial<Pick<Word, "inner" | "open" | "whole" | "forms">>;
type Make = (at: number, text: string, terms: Word["terms"], nature: Nature) => Word;

/** Makes words by their offset in the token that starts at `base`. */
const placed =
  ({ starts, ends }: Folded, base: number): Make =>
  (at, text, terms, { inner = false, open = false, whole = terms[0], forms = terms }) => {
    const upTo = (units: number) => ends[base + at + units - 1] ?? 0;
    return { start: starts[base + at] ?? 0, end: upTo(text.length), terms, forms, whole, upTo, inner, open };
  };

function* grams(token: string, singles: boolean, word: Make): Generator<Word> {
  const characters = [...token.matchAll(CHARACTER)];
  const lone = characters.length === 1;
  let before: { text: string; at: number } | null = null;
  for (const { 0: text, index: at } of characters) {
    if (before) yield word(before.at, before.text + text, [before.text + text], {});
    if (singles || lone) yield word(at, text, [text], { inner: !lone, open: !singles });
    before = { text, at };
  }
}

interface Part {
  text: string;
  at: number;
}
interface Piece extends Part {
  /** Numbers, and words of one alphabet each. */
  runs: Part[];
}

const partsOf = (text: string, pattern: RegExp, base = 0): Part[] =>
  [...text.matchAll(pattern)].map(({ 0: part, index }) => ({ text: part, at: base + index }));
const endOf = ({ at, text }: Part): number => at + text.length;

/** A piece of more runs is a digest, which alternates all along: its parts say nothing. */
const MOST_RUNS = 3;
/** So many pieces of a code are one term. A longer code has one for each row of so many: none grows with the square. */
const ROW = 3;

/** A word, a number, or a code: several of them joined by one sign each, of which other codes are parts. */
function* plain(token: string, word: Make): Generator<Word> {
  const pieces = partsOf(token, PIECES).map((piece) => ({ ...piece, runs: partsOf(piece.text, RUN, piece.at) }));
  const longest = Math.min(ROW, pieces.length);
  let within = 0; // the pieces before this one are asked for as parts of a row
  for (const [i, piece] of pieces.entries()) {
    for (let count = longest; count > 1; count--) {
      const last = pieces[i + count - 1];
      if (!last || !/[\p{N}_]/v.test(token.slice(piece.at, endOf(last)))) continue;
      if (count === longest) within = i + count;
      yield* row(token, piece, last, count < longest, word);
    }
    yield* parts(piece, i < within, word);
  }
}

/** From one piece to another; also without the letters before its first number (`v1.2`) and behind its last (`10:30am`). */
function* row(token: string, from: Piece, to: Piece, inner: boolean, word: Make): Generator<Word> {
  const [number, unit] = [inside(from).at(-1), inside(to).at(0)];
  const starts = number && isNumber(number.text) ? [from.at, number.at] : [from.at];
  const ends = unit && isNumber(unit.text) ? [endOf(to), endOf(unit)] : [endOf(to)];
  for (const start of starts)
    for (const end of ends) {
      const text = token.slice(start, end);
      const cut = start > from.at || end < endOf(to);
      yield word(start, text, [first(text, LONGEST)], { inner: inner || cut, open: true });
    }
}

/** Its runs, where it has several that say something. */
const inside = ({ runs }: Piece): Part[] => (runs.length > 1 && runs.length <= MOST_RUNS ? runs : []);
const isNumber = (run: string): boolean => /^\p{N}/v.test(run);

function* parts({ text, at, runs }: Piece, inner: boolean, word: Make): Generator<Word> {
  const mixed = runs.length > 1;
  if (mixed) yield word(at, text, [first(text, LONGEST)], { inner, open: true });
  if (runs.length > MOST_RUNS) return;
  for (const run of runs) {
    const { terms, ...found } = foundBy(run.text);
    yield word(run.at, run.text, terms, { inner: inner || mixed, open: run.text.length > 1, ...found });
  }
}

/** Letters of a Latin word, of one in another alphabet, that find it with any ending. */
const [LATIN, OTHER] = [6, 5];

function foundBy(run: string): Pick<Word, "terms" | "forms" | "whole"> {
  const number = first(run, LONGEST);
  if (isNumber(run)) return { terms: [number], forms: [number], whole: number };
  const latin = /\p{sc=Latn}/v.test(run);
  const beginning = first(run, latin ? LATIN : OTHER);
  const short = run === first(run, latin ? LATIN - 1 : OTHER - 1);
  const whole = short ? run : `${first(run, LONGEST)}.`;
  if (!latin || run.length > LONGEST) return { terms: [beginning], forms: [beginning], whole };
  const stem = stemmer(run);
  const marked = `${stem}-`;
  return stem === beginning
    ? { terms: [beginning], forms: [beginning, marked], whole }
    : { terms: [beginning, marked], forms: [beginning, stem, marked], whole };
}

/** The first `count` characters. */
function first(text: string, count: number): string {
  let end = 0;
  for (let n = 0; n < count && end < text.length; n++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
