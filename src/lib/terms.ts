// The words of a text in any script, and the terms under which each is found: one function for what is stored and for what
// is asked. Measured over four languages (retrieval.md §3). The language is not known, so a Latin word has both its forms.
import { stemmer } from "stemmer";
import { type Folded, fold } from "./folded.ts";

export interface Word {
  /** Its place in the original text, in UTF-16 units. */
  start: number;
  end: number;
  /** Any one of them finds it; the first is the word as written, or its beginning. */
  terms: readonly string[];
  /** Part of a longer word, which a question asks for in its place. */
  inner: boolean;
}

/** A longer run of letters and digits is data: it counts by its beginning. */
const LONGEST = 64;

/** Written without spaces: single characters and pairs (Chinese, Japanese), pairs alone (Korean, Thai and neighbours). */
const SINGLES = String.raw`[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]&&[\p{L}\p{M}\p{N}]]`;
const PAIRS = String.raw`[[\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]&&[\p{L}\p{M}]]`;
/** Words, numbers, and codes: several of them joined by one sign each. */
const PLAIN = String.raw`[[\p{L}\p{M}\p{N}]--${SINGLES}--${PAIRS}]`;
const JOINT = String.raw`[\-._,:\/]`;
const EMOJI = String.raw`\p{RI}{2}|\p{Extended_Pictographic}`;
const TOKEN = new RegExp(
  `(?<singles>${SINGLES}+)|(?<pairs>${PAIRS}+)|(?<plain>${PLAIN}+(?:${JOINT}${PLAIN}+)*)|${EMOJI}`,
  "gv",
);
const CHARACTER = /\P{M}\p{M}*|\p{M}+/gv;
const PIECE = new RegExp(`${PLAIN}+`, "gv");
/** A word of one alphabet, or a number. */
const RUN = /\p{N}+|[\p{sc=Latn}\p{M}]+|[[\p{L}\p{M}]--\p{sc=Latn}]+/gv;

/** In the order of the text; inner words follow the one that they are part of. */
export function* wordsOf(original: string): Generator<Word> {
  const folded = fold(original);
  for (const { 0: token, index, groups = {} } of folded.text.matchAll(TOKEN)) {
    const word = placed(folded, index);
    if (groups.singles !== undefined) yield* grams(token, true, word);
    else if (groups.pairs !== undefined) yield* grams(token, false, word);
    else if (groups.plain !== undefined) yield* plain(token, word);
    else yield word(0, token, [token], false);
  }
}

type Place = (at: number, text: string, terms: readonly string[], inner: boolean) => Word;

/** Words by their offset in a token that starts at `base`. */
const placed =
  ({ starts, ends }: Folded, base: number): Place =>
  (at, text, terms, inner) => ({
    start: starts[base + at] ?? 0,
    end: ends[base + at + text.length - 1] ?? 0,
    terms,
    inner,
  });

function* grams(token: string, singles: boolean, word: Place): Generator<Word> {
  let before: { text: string; at: number } | null = null;
  const characters = [...token.matchAll(CHARACTER)];
  for (const { 0: text, index: at } of characters) {
    if (before) yield word(before.at, before.text + text, [before.text + text], false);
    if (singles || characters.length === 1) yield word(at, text, [text], characters.length > 1);
    before = { text, at };
  }
}

function* plain(token: string, word: Place): Generator<Word> {
  const pieces = [...token.matchAll(PIECE)];
  const code = pieces.length > 1 && /[\p{N}_]/v.test(token);
  if (code) yield word(0, token, [first(token, LONGEST)], false);
  for (const { 0: piece, index: at } of pieces) yield* pieceWords(piece, at, code, word);
}

function* pieceWords(piece: string, at: number, inner: boolean, word: Place): Generator<Word> {
  const runs = [...piece.matchAll(RUN)];
  const mixed = runs.length > 1;
  if (mixed) yield word(at, piece, [first(piece, LONGEST)], inner);
  // A digest alternates all along: its parts say nothing.
  if (runs.length <= 3) for (const run of runs) yield word(at + run.index, run[0], forms(run[0]), inner || mixed);
}

function forms(run: string): string[] {
  if (/^\p{N}/v.test(run)) return [first(run, LONGEST)];
  if (!/\p{sc=Latn}/v.test(run)) return [first(run, 5)];
  const beginning = first(run, 6);
  const stem = run.length > LONGEST ? beginning : stemmer(run);
  return stem === beginning ? [beginning] : [beginning, stem];
}

/** The first `count` characters. */
function first(text: string, count: number): string {
  let end = 0;
  for (let n = 0; n < count && end < text.length; n++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
