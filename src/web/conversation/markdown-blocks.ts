// Splits Markdown into its top-level blocks, so that a growing answer re-renders its last block only; pure.
import { marked } from "marked";
import remend from "remend";

/** Blocks in order; joined they are `text`, but for the last one of a growing text, whose open marks are closed. */
export function markdownBlocks(text: string, growing: boolean): string[] {
  const blocks: string[] = [];
  for (const token of marked.lexer(text)) {
    const last = blocks.length - 1;
    // Blank lines belong to the block before them: they make no element.
    if (token.type === "space" && last >= 0) blocks[last] += token.raw;
    else blocks.push(token.raw);
  }
  const tail = blocks.at(-1);
  if (growing && tail !== undefined) blocks[blocks.length - 1] = remend(tail);
  return blocks;
}
