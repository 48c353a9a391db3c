// The address of one conversation: opens its socket while it is shown.
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

  if (missing) return <NotFound />;
  if (!state || !handle) return <p className="blank">{words.loading}</p>;
  return <ConversationView id={id} title={item.data?.title ?? null} state={state} conversation={handle} />;
}
