// The provider's whole answer as a function of the question, so that the judge knows every word it should find.
import { Random } from "./random.ts";

/** Among letters: two-unit characters, combining marks and other scripts, which a wrong cut would break. */
const SPICE = ["🦜", "𝒳", "é", "漢字", "👩‍👩‍👧", "—"];

/** A question whose answer has `words` words; `tag` makes it one of a kind. */
export const question = (tag: string, words: number): string => `${tag} answer in ${words} words`;

/** The answer in the pieces in which a provider streams it. */
export function answerPieces(content: string): string[] {
  const words = Number(content.match(/ answer in (\d+) words$/)?.[1] ?? 0);
  const random = new Random(content);
  return Array.from({ length: words }, () => {
    const letters = Array.from({ length: random.between(5, 9) }, () => String.fromCharCode(97 + random.between(0, 25)));
    const spice = random.chance(0.15) ? random.pick(SPICE) : "";
    return `${letters.join("")}${spice} `;
  });
}

export const answerTo = (content: string): string => answerPieces(content).join("");
