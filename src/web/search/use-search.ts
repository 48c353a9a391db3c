// Asks for what is being searched for: not at every key, never for what is no longer wanted, page by page.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { rest } from "../server.ts";
import { useSettled } from "../ui/use-settled.ts";

/** `within`: only in this conversation. */
export function useSearch(text: string, within: number | null) {
  const wanted = text.trim();
  const q = useSettled(wanted);
  const query = useInfiniteQuery({
    queryKey: ["search", q, within],
    queryFn: ({ pageParam, signal }) =>
      rest.search(
        {
          q,
          ...(within === null ? {} : { conversation_id: within }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
  const hits = query.data?.pages.flatMap((page) => page.items) ?? [];
  return { query, hits, current: q === wanted && !query.isPlaceholderData };
}
