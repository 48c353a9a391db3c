// How many tokens a text is likely to cost. Tuned against o200k_base, the vocabulary of current OpenAI models, to stay
// above the true count; a vocabulary for one model family would add a megabyte and be wrong for all the others.
import type { PromptMessage } from "./model.ts";

const letters = (script: string) => `\\p{Script=${script}}`;
/** Scripts that the vocabulary knows in syllables; letters of all others cost up to their bytes. */
const KNOWN =
  "Arabic Hebrew Devanagari Bengali Tamil Telugu Malayalam Kannada Gujarati Gurmukhi Thai Georgian Armenian";
const ALMOST_KNOWN = "Khmer Myanmar Sinhala";

/** Long words are cut into pieces, those with letters beyond A to Z into more. */
const word = (run: string): number =>
  1.15 + 0.45 * Math.min(Math.max(0, run.length - 5), 6) + 0.4 * run.replace(/[A-Za-z]/g, "").length;

/** A kind of run in a text, and what it costs. The first that fits counts. */
const RUNS: [source: string, cost: (run: string) => number][] = [
  ["[\\p{Script=Latin}&&\\p{Lu}]?[\\p{Script=Latin}&&\\p{Ll}]{2,}", word],
  ["[A-Z]{2,}", (run) => Math.max(1.2, run.length / 2.4)],
  ["\\p{Script=Latin}", () => 1.15],
  ["\\p{Nd}{1,3}", () => 1.1],
  [" (?=\\p{Nd})", () => 1],
  [" ", () => 0],
  ["\\s+", (run) => 1.2 + run.length / 10],
  ["[!-\\/:-@\\[-`\\{-~]+", (run) => 0.45 + 0.5 * run.length],
  [letters("Han"), () => 1.1],
  [`[${letters("Hiragana")}${letters("Katakana")}ー]`, () => 0.85],
  [letters("Hangul"), () => 0.95],
  [`${letters("Cyrillic")}+`, (run) => 0.7 + run.length / 5],
  [`[${KNOWN.split(" ").map(letters).join("")}\\u0370-\\u03ff]`, () => 0.55],
  [`[${ALMOST_KNOWN.split(" ").map(letters).join("")}]`, () => 0.75],
  [".", () => 2.3],
];
const PATTERN = new RegExp(RUNS.map(([source]) => `(${source})`).join("|"), "gsv");

export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const match of text.matchAll(PATTERN)) {
    const kind = match.findIndex((part, i) => i > 0 && part !== undefined) - 1;
    tokens += RUNS[kind]?.[1](match[0]) ?? 0;
  }
  return Math.ceil(tokens);
}

/** What a call has used, where the provider does not say. */
export const estimateCall = (asked: readonly PromptMessage[], answer: string): number =>
  asked.reduce((sum, { content }) => sum + estimateTokens(content), estimateTokens(answer));
