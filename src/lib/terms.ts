// The words of a text in any script, and the terms under which each is found: one function for what is stored and for what
// is asked. Measured over four languages (retrieval.md §3). The language is not known, so a Latin word has both its forms.
import { stemmer } from "stemmer";
import { type Folded, fold } from "./folded.ts";

export interface Word {
  /** Its place in the original text, in UTF-16 units. */
  start: number;
  end: number;
  /** Each of them finds it. The first is the word as written, or its beginning. */
  terms: readonly [string, ...string[]];
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
const PIECE = several(String.raw`[[\p{L}\p{N}]--${OF_SINGLES}--${OF_PAIRS}]`);
const TOKEN = new RegExp(
  [
    `(?<singles>${several(String.raw`[${OF_SINGLES}&&[\p{L}\p{N}]]`)})`,
    `(?<pairs>${several(String.raw`[${OF_PAIRS}&&\p{L}]`)})`,
    String.raw`(?<plain>${PIECE}(?:[\-._,:\/]${PIECE})*)`,
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

/** In the order of the text; the parts of a word come after it. */
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

type Nature = Partial<Pick<Word, "inner" | "open" | "whole">>;
type Make = (at: number, text: string, terms: Word["terms"], nature: Nature) => Word;

/** Makes words by their offset in the token that starts at `base`. */
const placed =
  ({ starts, ends }: Folded, base: number): Make =>
  (at, text, terms, { inner = false, open = false, whole = terms[0] }) => {
    const upTo = (units: number) => ends[base + at + units - 1] ?? 0;
    return { start: starts[base + at] ?? 0, end: upTo(text.length), terms, whole, upTo, inner, open };
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

/** A word, a number, or a code: several of them joined by one sign each, whole and in parts. */
function* plain(token: string, word: Make): Generator<Word> {
  const pieces = [...token.matchAll(PIECES)];
  const code = pieces.length > 1 && /[\p{N}_]/v.test(token);
  if (code) yield word(0, token, [first(token, LONGEST)], { open: true });
  for (const { 0: piece, index: at } of pieces) yield* parts(piece, at, code, word);
}

function* parts(piece: string, at: number, inner: boolean, word: Make): Generator<Word> {
  const runs = [...piece.matchAll(RUN)];
  const mixed = runs.length > 1;
  if (mixed) yield word(at, piece, [first(piece, LONGEST)], { inner, open: true });
  if (runs.length > 3) return; // a digest alternates all along: its parts say nothing
  for (const { 0: run, index } of runs) {
    const { terms, whole } = forms(run);
    yield word(at + index, run, terms, { inner: inner || mixed, open: run.length > 1, whole });
  }
}

/** Letters of a Latin word, of one in another alphabet, that find it with any ending. */
const [LATIN, OTHER] = [6, 5];

function forms(run: string): Pick<Word, "terms" | "whole"> {
  if (/^\p{N}/v.test(run)) return { terms: [first(run, LONGEST)], whole: first(run, LONGEST) };
  const latin = /\p{sc=Latn}/v.test(run);
  const beginning = first(run, latin ? LATIN : OTHER);
  const short = run === first(run, latin ? LATIN - 1 : OTHER - 1);
  const stem = latin && run.length <= LONGEST ? stemmer(run) : beginning;
  return {
    terms: stem === beginning ? [beginning] : [beginning, stem],
    whole: short ? run : `${first(run, LONGEST)}.`,
  };
}

/** The first `count` characters. */
function first(text: string, count: number): string {
  let end = 0;
  for (let n = 0; n < count && end < text.length; n++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
