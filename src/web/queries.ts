// What the page reads and changes over REST, as React Query hooks; conversations themselves come over their socket.
import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { useLocation } from "wouter";
import type { ConversationHandle } from "../client/types.ts";
import type { MemberRole } from "../protocol/entities.ts";
import type { ConversationListItem, Page } from "../protocol/rest.ts";
import { type News, type NewsItem, withNews } from "./list/news.ts";
import { reasonOf } from "./sentence.ts";
import { rest, serverInfo } from "./server.ts";
import { toast } from "./ui/toast.tsx";

/** News of other conversations are told (list/use-live-list.ts); this is the net below, as is looking at the page. */
const LIST_MS = 60_000;

const list = infiniteQueryOptions({
  queryKey: ["conversations"],
  queryFn: ({ pageParam }) => rest.conversations.list(pageParam === null ? {} : { cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
  refetchInterval: LIST_MS,
  refetchOnWindowFocus: "always",
});

type ListData = InfiniteData<Page<ConversationListItem>, string | null>;

export const useConversations = () => useInfiniteQuery(list);

/** What the open conversation knows before the list does: the list is read from where things arrive a little later. */
const news = queryOptions({
  queryKey: ["news"],
  queryFn: (): News => ({}),
  initialData: {},
  staleTime: Number.POSITIVE_INFINITY,
});

/** The list as it is shown. */
export function useListItems(): ConversationListItem[] {
  const { data } = useConversations();
  const { data: fresh } = useQuery(news);
  return useMemo(() => withNews(data?.pages.flatMap((page) => page.items) ?? [], fresh), [data, fresh]);
}

/** Tells the list; null takes back what may change unseen from now on. */
export function useTellList(): (id: number, item: NewsItem) => void {
  const client = useQueryClient();
  return useCallback(
    (id, item) => client.setQueryData(news.queryKey, (known) => ({ ...known, [id]: { ...known?.[id], ...item } })),
    [client],
  );
}

export const useConversationItem = (id: number) =>
  useQuery(queryOptions({ queryKey: ["conversation", id], queryFn: () => rest.conversations.get(id) }));

/** A message that is not loaded where it is quoted; null when there is none of that number. */
export const useQuoted = (conversationId: number, messageId: number, enabled: boolean) =>
  useQuery({
    queryKey: ["quoted", conversationId, messageId],
    queryFn: async () => {
      const { items } = await rest.messages.list(conversationId, { after: messageId - 1, limit: 1 });
      return items.find(({ id }) => id === messageId) ?? null;
    },
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What is quoted is shown no longer, and asked for again, when it may have been edited or deleted. */
export function useFreshQuotes(conversationId: number, changes: number): void {
  const client = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when something has changed
  useEffect(
    () => void client.resetQueries({ queryKey: ["quoted", conversationId] }),
    [client, conversationId, changes],
  );
}

/** How the latest turns went. */
export const useTurnLedger = (id: number) =>
  useQuery({ queryKey: ["turns", id], queryFn: async () => (await rest.turns.list(id, { limit: 100 })).items });

export const useModels = () =>
  useQuery({ queryKey: ["models"], queryFn: async () => (await rest.models()).items, staleTime: 60_000 });

export const useServerInfo = () =>
  useQuery({ queryKey: ["server"], queryFn: serverInfo, staleTime: Number.POSITIVE_INFINITY, retry: false });

/** Asks for the list anew. */
export function useRefreshList(): () => void {
  const client = useQueryClient();
  return useCallback(() => void client.invalidateQueries({ queryKey: list.queryKey }), [client]);
}

export function useCreate() {
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const refresh = useRefreshList();
  return useMutation({
    mutationFn: () => rest.conversations.create(),
    onSuccess(conversation) {
      const item = { ...conversation, role: "owner" as const, unread: 0, last_message: null };
      client.setQueryData<ListData>(list.queryKey, (data) => data && mapFirstPage(data, (items) => [item, ...items]));
      refresh();
      navigate(`/c/${conversation.id}`);
    },
    onError: (error) => toast(reasonOf(error)),
  });
}

export function useRename() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, title }: { id: number; title: string | null }) => rest.conversations.update(id, { title }),
    onSuccess: ({ id, title }) =>
      client.setQueryData<ListData>(
        list.queryKey,
        (data) => data && mapPages(data, (items) => items.map((item) => (item.id === id ? { ...item, title } : item))),
      ),
  });
}

export function useDelete() {
  const client = useQueryClient();
  const refresh = useRefreshList();
  return useMutation({
    mutationFn: (id: number) => rest.conversations.erase(id),
    onSuccess(_receipt, id) {
      client.setQueryData<ListData>(list.queryKey, (data) => data && without(data, id));
      refresh();
    },
  });
}

/** Finds the person by user name, then adds them over the conversation's own socket. */
export function useAddMember(conversation: Pick<ConversationHandle, "addMember">) {
  return useMutation({
    mutationFn: async ({ username, role }: { username: string; role: Exclude<MemberRole, "owner"> }) => {
      const { user_id } = await rest.findUser(username);
      await conversation.addMember(user_id, role);
    },
  });
}

const mapPages = (data: ListData, change: (items: ConversationListItem[]) => ConversationListItem[]): ListData => ({
  ...data,
  pages: data.pages.map((page) => ({ ...page, items: change(page.items) })),
});

const mapFirstPage = (data: ListData, change: (items: ConversationListItem[]) => ConversationListItem[]): ListData => ({
  ...data,
  pages: data.pages.map((page, index) => (index === 0 ? { ...page, items: change(page.items) } : page)),
});

const without = (data: ListData, id: number): ListData =>
  mapPages(data, (items) => items.filter((item) => item.id !== id));
