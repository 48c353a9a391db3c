// Lists that come in pages, as one.
import type { Page } from "../protocol/rest.ts";

/** Every page of a list. */
export async function all<T>(read: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const { items, next_cursor } = await read({});
  for (let cursor = next_cursor; cursor !== null; ) {
    const page = await read({ cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}
