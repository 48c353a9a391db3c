// Splits Markdown into its top-level blocks, so that a growing answer re-renders its last block only; pure but for what a
// splitter remembers: of a text that has grown it reads its last two blocks again ("2" becomes an item of the list before
// it by a full stop), all before them is settled.
import { Lexer } from "marked";
import remend from "remend";

/** Blocks in order; joined they are `text`, but for the last one of a growing text, whose open marks are closed. */
export type Splitter = (text: string, growing: boolean) => readonly string[];

export function createSplitter(): Splitter {
  let blocks: readonly string[] = [];
  return (text, growing) => {
    const settled = blocks.slice(0, -2);
    const before = settled.join("");
    blocks = text.startsWith(before) ? [...settled, ...lexed(text.slice(before.length))] : lexed(text);
    const last = blocks.at(-1);
    return growing && last !== undefined ? [...blocks.slice(0, -1), remend(last)] : blocks;
  };
}

/** Rendered at once, UTF-16 units: what is longer comes slice by slice, and holds nothing else on the page up. */
const SLICE = 12_000;

/** The block behind the slice that begins at block `from`; a slice has one block at least. */
export function endOfSlice(blocks: readonly string[], from: number): number {
  let end = from;
  for (let units = 0; end < blocks.length; end++) {
    units += blocks[end]?.length ?? 0;
    if (units > SLICE && end > from) break;
  }
  return end;
}

function lexed(text: string): string[] {
  const blocks: string[] = [];
  // Blocks only: what is within them is read where they are rendered.
  for (const { type, raw } of new Lexer().blockTokens(text.replace(/\r\n?/g, "\n"))) {
    const last = blocks.length - 1;
    // Blank lines belong to the block before them: they make no element.
    if (type === "space" && last >= 0) blocks[last] += raw;
    else blocks.push(raw);
  }
  return blocks;
}
