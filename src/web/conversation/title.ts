// The title that a conversation without one takes from its first message; pure.
import { plainText, shorten } from "../plain-text.ts";

const LONGEST = 60;

/** The beginning of what was said; a message of marks only stays as it is. */
export const titleOf = (content: string): string => shorten(plainText(content) || content.trim(), LONGEST);
