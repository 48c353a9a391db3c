// Calling the assistant by @assistant while a message is written; pure.

const NAME = "@assistant";

/** Where the mention begins that ends at `caret` and is not whole yet; null when none is being written. */
export function mentionStart(text: string, caret: number): number | null {
  const begun = /(?:^|\s)(@[a-z]*)$/i.exec(text.slice(0, caret))?.[1];
  const unfinished = begun && begun.length < NAME.length && NAME.startsWith(begun.toLowerCase());
  return unfinished && !/^\w/.test(text.slice(caret)) ? caret - begun.length : null;
}

/** The text with the mention from `start` to `caret` completed, and where writing goes on. */
export function completeMention(text: string, start: number, caret: number): { text: string; caret: number } {
  const after = text.slice(caret);
  const space = after.startsWith(" ") ? "" : " ";
  return { text: text.slice(0, start) + NAME + space + after, caret: start + NAME.length + 1 };
}
