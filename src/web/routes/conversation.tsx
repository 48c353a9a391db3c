// The address of one conversation: opens its socket while it is shown. `?message=` names one to go to.
import { useMemo } from "react";
import { useSearch } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import { useConversation } from "../../client/hooks.ts";
import { ApiError } from "../../client/rest.ts";
import { ConversationView } from "../conversation/conversation-view.tsx";
import { useConversationItem } from "../queries.ts";
import { HOST, rest } from "../server.ts";
import { words } from "../words.ts";
import { NotFound } from "./not-found.tsx";

export function ConversationRoute({ id }: { id: number }) {
  const item = useConversationItem(id);
  // The socket would retry for ever; that there is nothing to open is known from REST.
  const missing = item.error instanceof ApiError && item.error.body.code === "not_found";
  const ticket = () => rest.ticket(id);
  const { state, handle } = useConversation(missing ? null : { host: HOST, conversationId: id, ticket });

  const named = /^[1-9]\d{0,14}$/.exec(new URLSearchParams(useSearch()).get("message") ?? "")?.[0];
  const visit: unknown = useHistoryState();
  // biome-ignore lint/correctness/useExhaustiveDependencies: gone to again at every visit, also of the same address
  const destination = useMemo(() => (named ? { messageId: Number(named) } : null), [named, visit]);

  if (missing) return <NotFound />;
  if (!state || !handle) return <p className="blank">{words.loading}</p>;
  return (
    <ConversationView
      id={id}
      title={item.data?.title ?? null}
      state={state}
      conversation={handle}
      destination={destination}
    />
  );
}
