// Who is logged in. The tokens are in HttpOnly cookies; the page only knows the person.
import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { ApiError } from "../../client/rest.ts";
import { LOGGED_IN_COOKIE, type LoginAnswer, type User } from "../../protocol/rest.ts";
import { forgetDrafts } from "../conversation/drafts.ts";
import { rest } from "../server.ts";
import { createObservable } from "../ui/observable.ts";

const unauthorized = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

const me = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<User | null> => {
    // Nobody logged in here: asking would only put a refusal into the browser's log.
    if (!document.cookie.includes(`${LOGGED_IN_COOKIE}=`)) return null;
    try {
      return await rest.me();
    } catch (error) {
      if (unauthorized(error)) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** The person, null for nobody, or why that could not be found out. */
export const useSession = () => useQuery(me);

const UserContext = createContext<User | null>(null);
export const UserProvider = UserContext.Provider;

/** The person logged in; only below UserProvider. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (!user) throw new Error("useUser needs somebody logged in");
  return user;
}

/** Begins a session by `enter`: logging in or signing up. */
export function useEnter<Body>(enter: (body: Body) => Promise<LoginAnswer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: enter, onSuccess: ({ user }) => begin(client, user) });
}

export function useLogOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => rest.logout(),
    onSuccess() {
      forgetDrafts();
      leave(client, false);
    },
  });
}

/** For errors of any request: one that says the session is over shows the log-in, at the same address. */
export function endSessionOn(client: QueryClient, error: unknown): void {
  if (unauthorized(error) && client.getQueryData(me.queryKey)) leave(client, true);
}

/** The server closed the session on an open conversation. */
export function useEndSession(): () => void {
  const client = useQueryClient();
  return () => leave(client, true);
}

const ended = createObservable(false);

/** The last session ended by itself, not by logging out. */
export const useSessionEnded = (): boolean => ended.use();

function begin(client: QueryClient, user: User): void {
  ended.set(false);
  client.setQueryData(me.queryKey, user);
}

/** Nothing of one person stays in memory for the next. */
function leave(client: QueryClient, byItself: boolean): void {
  ended.set(byItself);
  client.setQueryData(me.queryKey, null);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== me.queryKey[0] });
}
