// The conversation as server-sent events, for those without WebSocket. A token in the address, as on sockets, lets
// `EventSource` in; the origin is checked the same way.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { refusedAttempt } from "../address.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { eventStream, readPlace, streamed } from "../event-stream.ts";
import { anyhow, failure, refused } from "../respond.ts";

const watch = createRoute({
  method: "get",
  path: "/api/v1/conversations/{id}/events",
  operationId: "watchConversation",
  summary: "The conversation as server-sent events",
  description: [
    "First `welcome`, then what was missed since the given place (a `snapshot` when that is unknown or too far back),",
    "then everything live: nothing is missing and nothing comes twice. Ends with `bye`.",
  ].join(" "),
  tags: ["messages"],
  security: anyhow,
  request: {
    params: ConversationPath,
    query: z.object({ since: z.string().max(100).optional().describe("The same where a header cannot be sent") }),
    headers: z.object({ "last-event-id": z.string().optional().describe("The `id` of the last event that arrived") }),
  },
  responses: { 200: { description: "Frames as events", ...streamed }, default: failure },
});

export const events = routes().openapi(watch, async (c) => {
  const { id } = c.req.valid("param");
  const admission = await c.get("auth").ofSocket(c.req.raw, id, c.env);
  if (!admission.ok) return refusedAttempt(c, admission.error);
  const { principal, ticket } = admission.value;
  c.set("principal", principal);
  const place = readPlace(c.req.valid("header")["last-event-id"] ?? c.req.valid("query").since);
  const stream = await conversationOf(c.env, id).watch(principal, place, null, ticket);
  return stream.ok ? eventStream(stream.value) : refused(c, stream.error);
});
