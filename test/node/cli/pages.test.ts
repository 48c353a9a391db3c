// Lists that come in pages.
import { expect, it } from "vitest";
import { all } from "../../../src/cli/pages.ts";

it("A list is read to its last page, each page by the cursor of the one before", async () => {
  const pages = new Map([
    [undefined, { items: [1, 2], next_cursor: "b" }],
    ["b", { items: [3], next_cursor: "c" }],
    ["c", { items: [], next_cursor: null }],
  ]);
  const read = async ({ cursor }: { cursor?: string }) => pages.get(cursor) ?? { items: [], next_cursor: null };
  expect(await all(read)).toEqual([1, 2, 3]);
});
