// The conversation as server-sent events, for those without WebSocket. A token in the address, as on sockets, lets
// `EventSource` in; the origin is checked the same way.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { refusedHandshake } from "../address.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { eventStream, readPlace } from "../event-stream.ts";
import { bearer, failure, refused } from "../respond.ts";

const watch = createRoute({
  method: "get",
  path: "/api/v1/conversations/{id}/events",
  tags: ["messages"],
  security: bearer,
  request: { params: ConversationPath, query: z.object({ since: z.string().max(100).optional() }) },
  responses: {
    200: { description: "Frames as events", content: { "text/event-stream": { schema: z.string() } } },
    default: failure,
  },
});

export const events = routes().openapi(watch, async (c) => {
  const { id } = c.req.valid("param");
  const admission = await c.get("auth").ofSocket(c.req.raw, id, c.env);
  if (!admission.ok) return refusedHandshake(c, admission.error);
  const { principal, ticket } = admission.value;
  c.set("principal", principal);
  const place = readPlace(c.req.header("last-event-id") ?? c.req.valid("query").since);
  const stream = await conversationOf(c.env, id).watch(principal, place, null, ticket);
  return stream.ok ? eventStream(stream.value) : refused(c, stream.error);
});
