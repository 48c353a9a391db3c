// The users as administrators read and change them, over REST.
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import type { UserCreate, UserPatch } from "../../protocol/admin.ts";
import { rest } from "../server.ts";

const USERS = ["users"];

export const useUsers = (q: string) =>
  useInfiniteQuery({
    queryKey: [...USERS, q],
    queryFn: ({ pageParam }) =>
      rest.users.list({ ...(q === "" ? {} : { q }), ...(pageParam === null ? {} : { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  });

/** One change of one user; afterwards the list is read again. */
export type Change = UserPatch | "endSessions";

export function useChange(id: number) {
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: async (change: Change) => {
      if (change === "endSessions") await rest.users.endSessions(id);
      else await rest.users.change(id, change);
    },
    onSuccess: refresh,
  });
}

export function useCreateUser() {
  const refresh = useRefreshUsers();
  return useMutation({ mutationFn: (body: UserCreate) => rest.users.add(body), onSuccess: refresh });
}

export const useResetLink = (id: number) => useMutation({ mutationFn: () => rest.users.makeResetLink(id) });

function useRefreshUsers(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: USERS });
}
