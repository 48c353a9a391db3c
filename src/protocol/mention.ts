// When a message is addressed to the assistant: in the mode `mention` it answers only those.

/** Scripts that put spaces between words; the others may stand right beside it. */
const LETTER = String.raw`\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}\p{N}\p{M}`;
/** In brackets, between marks of emphasis and before any punctuation too; not within an address, a name or a path. */
const MENTION = new RegExp(`(?<![${LETTER}.%+\\-/@]_*)@assistant(?![${LETTER}@]|(?:[.\\-/]|_+)[${LETTER}])`, "iu");

/** NFKC: a full-width sign is one too. */
export const mentionsAssistant = (content: string): boolean => MENTION.test(content.normalize("NFKC"));
