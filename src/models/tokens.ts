// How many tokens a text is likely to cost: never fewer than the common vocabularies count, seldom a third more.
export const estimateTokens = (text: string): number => Math.ceil(text.length / 2);
