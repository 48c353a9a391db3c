// How a broken-off answer goes on: what the model is asked, and how its new text joins the text already stored.
import type { PromptMessage } from "./model.ts";

const GO_ON =
  "Your previous message was cut off. Continue it from exactly where it stops: begin with its very next character " +
  "(a space or line break if one comes next). Do not repeat any of it, do not start over, and do not comment on this.";

/** What follows the conversation in a request that continues an answer. */
export const askToContinue = (partial: string): PromptMessage[] => [
  { role: "assistant", content: partial },
  { role: "user", content: GO_ON },
];

export type Join = { state: "undecided" } | { state: "append"; skip: number } | { state: "diverged" };

/** This much agreement with the beginning means that the model began again rather than went on. */
const RESTART = 32;
/** Longest repetition of the stored end that is looked for; bounds how long new text waits. */
const MAX_OVERLAP = 400;
/** Shortest repetition that is cut: from a word's beginning, and anywhere. */
const MIN_OVERLAP = { atWord: 4, anywhere: 12 } as const;

/**
 * How `fresh`, all that a continuation has said so far, joins `stored`, which is well-formed: append what follows its
 * first `skip` UTF-16 units, or `diverged`: it tells the answer anew and differently. `ended`: no more will come.
 */
export function joinContinuation(stored: string, fresh: string, ended: boolean): Join {
  if (fresh.startsWith(stored)) return { state: "append", skip: stored.length };
  if (stored.startsWith(fresh) && !ended) return { state: "undecided" };
  const agreed = agreement(stored, fresh);
  const restarted = agreed >= RESTART || agreed >= stored.length / 2;
  if (restarted) return agreed === fresh.length ? { state: "append", skip: agreed } : { state: "diverged" };
  if (!ended && mayOverlapFurther(stored, fresh)) return { state: "undecided" };
  return { state: "append", skip: overlap(stored, fresh) };
}

function agreement(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** All of `fresh` stands in the stored end with more behind it: it may yet repeat that too. */
const mayOverlapFurther = (stored: string, fresh: string): boolean =>
  stored.slice(-MAX_OVERLAP).slice(0, -1).includes(fresh);

/** Length of the longest repetition of the stored end that opens `fresh` and is no coincidence, else 0. */
function overlap(stored: string, fresh: string): number {
  for (let length = Math.min(MAX_OVERLAP, stored.length, fresh.length); length >= MIN_OVERLAP.atWord; length -= 1) {
    const least = beginsWord(stored, stored.length - length) ? MIN_OVERLAP.atWord : MIN_OVERLAP.anywhere;
    if (length >= least && stored.endsWith(fresh.slice(0, length))) return length;
  }
  return 0;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** A space does not: a continuation that opens with one goes on exactly ("very very" + " very good"). */
const beginsWord = (text: string, at: number): boolean =>
  /\S/.test(text.charAt(at)) && !(WORD.test(text.charAt(at - 1)) && WORD.test(text.charAt(at)));
