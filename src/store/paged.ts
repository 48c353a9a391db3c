// One page of a list whose cursor is an id. The query reads one row more than the page shows, to know whether there are more.
import type { Page } from "../protocol/rest.ts";

export function paged<T extends { id: number }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next_cursor: last ? String(last.id) : null };
}
