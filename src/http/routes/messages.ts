// Reading and sending messages; an answer comes whole, later, or as server-sent events.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { SendMessage } from "../../protocol/commands.ts";
import { MessagePosted, MessagesAnswer, MessagesQuery } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { eventStream } from "../event-stream.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { bearer, failure, json, refused, takes } from "../respond.ts";

const base = { tags: ["messages"], security: bearer, middleware: authenticated };
const path = "/api/v1/conversations/{id}/messages";

const list = createRoute({
  ...base,
  method: "get",
  path,
  request: { params: ConversationPath, query: MessagesQuery },
  responses: { 200: json(MessagesAnswer, "One page, ids ascending"), default: failure },
});

const send = createRoute({
  ...base,
  method: "post",
  path,
  request: {
    params: ConversationPath,
    query: z.object({ wait: z.enum(["true", "false"]).default("true") }),
    headers: z.object({ "idempotency-key": SendMessage.shape.client_id }),
    ...takes(SendMessage),
  },
  responses: {
    200: {
      description:
        "The message, its turn and the answer when it has ended; or, as asked by `Accept`, the stream until then",
      content: { "application/json": { schema: MessagePosted }, "text/event-stream": { schema: z.string() } },
    },
    202: json(MessagePosted, "Stored (`?wait=false`); the answer comes over socket or stream"),
    default: failure,
  },
});

export const messages = routes()
  .openapi(list, async (c) => {
    const query = { ...c.req.valid("query"), type: "history", ref: 0 } as const;
    const found = await conversationOf(c.env, c.req.valid("param").id).history(c.get("principal"), query);
    if (!found.ok) return refused(c, found.error);
    const { messages: items, older, newer } = found.value;
    return c.json({ items, older, newer }, 200);
  })
  .openapi(send, async (c) => {
    const principal = c.get("principal");
    const conversation = conversationOf(c.env, c.req.valid("param").id);
    const body = c.req.valid("json");
    const client_id = body.client_id ?? c.req.valid("header")["idempotency-key"] ?? crypto.randomUUID();
    const sent = await conversation.send(principal, { ...body, client_id });
    if (!sent.ok) return refused(c, sent.error);
    const { message_id, turn_id = null, seq } = sent.value;
    if (turn_id !== null && c.req.header("accept")?.includes("text/event-stream")) {
      const stream = await conversation.watch(principal, { epoch: null, since: seq - 1, offset: null }, turn_id, null);
      return stream.ok ? eventStream(stream.value) : refused(c, stream.error);
    }
    const wait = c.req.valid("query").wait === "true";
    const outcome = await conversation.outcome(principal, message_id, turn_id, wait);
    return outcome.ok ? c.json(outcome.value, wait ? 200 : 202) : refused(c, outcome.error);
  });
