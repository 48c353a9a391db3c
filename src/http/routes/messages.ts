// Reading, sending and changing messages; an answer comes whole, later, or as server-sent events.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { EditMessage, SendMessage } from "../../protocol/commands.ts";
import { Id } from "../../protocol/entities.ts";
import { Changed, MessagePosted, MessagesAnswer, MessagesQuery } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf, PathId } from "../conversation.ts";
import { eventStream, streamed } from "../event-stream.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ANSWER, AT, QUESTION, QUEUED, TURN } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["messages"], security: signedIn, middleware: authenticated };
const path = "/api/v1/conversations/{id}/messages";
const MessagePath = ConversationPath.extend({ message_id: PathId });
const Edited = Changed.extend({ turn_id: Id.optional() });

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listMessages",
  summary: "A page of messages, ids ascending",
  description: "The latest without `before` and `after`. Conversations of any length are read the same way.",
  request: { params: ConversationPath, query: MessagesQuery },
  responses: {
    200: json(MessagesAnswer, "One page", { items: [QUESTION, ANSWER], older: false, newer: false }),
    default: failure,
  },
});

const send = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "sendMessage",
  summary: "Send a message, and have its answer whole, as a stream, or later",
  description: [
    "Answers when the answer has ended. With `?wait=false` at once: the answer then comes over socket or stream.",
    "With `Accept: text/event-stream` the conversation's frames until the answer has ended; broken off, the stream goes",
    "on at `…/events` from its last `id`. An answer is finished and stored whether or not anybody waits for it.",
  ].join(" "),
  request: {
    params: ConversationPath,
    query: z.object({ wait: z.enum(["true", "false"]).default("true") }),
    headers: z.object({
      "idempotency-key": SendMessage.shape.client_id.describe("The message's `client_id`, unless the body has one"),
    }),
    ...takes(SendMessage, { content: QUESTION.content }),
  },
  responses: {
    200: {
      description: "The message, its turn and its answer; or the stream of them",
      content: {
        "application/json": { schema: MessagePosted, example: { message: QUESTION, turn: TURN, answer: ANSWER } },
        ...streamed.content,
      },
    },
    202: json(MessagePosted, "Stored (`?wait=false`)", { message: QUESTION, turn: QUEUED, answer: null }),
    default: failure,
  },
  ...refuses("conflict", "busy", "quota_exceeded", "misconfigured"),
});

const edit = createRoute({
  ...base,
  method: "patch",
  path: `${path}/{message_id}`,
  operationId: "editMessage",
  summary: "Change a message of one's own; where the assistant is asked, it is answered anew",
  request: { params: MessagePath, ...takes(EditMessage, { content: QUESTION.content }) },
  responses: {
    200: json(MessagePosted, "The message as it is now, and the turn that answers it anew", {
      message: { ...QUESTION, edited_at: AT },
      turn: QUEUED,
      answer: null,
    }),
    default: failure,
  },
  ...refuses("gone", "conflict", "busy", "misconfigured"),
});

const remove = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{message_id}`,
  operationId: "deleteMessage",
  summary: "Delete a message; it keeps its place",
  request: { params: MessagePath },
  responses: { 200: json(Changed, "Its content is gone", { seq: 9 }), default: failure },
});

const select = createRoute({
  ...base,
  method: "post",
  path: `${path}/{message_id}/select`,
  operationId: "selectAnswer",
  summary: "Make an answer its question's current one, for everyone",
  request: { params: MessagePath },
  responses: { 200: json(Changed, "It is the current one", { seq: 10 }), default: failure },
  ...refuses("gone", "conflict"),
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
    c.set("untimed", wait);
    const outcome = await conversation.outcome(principal, message_id, turn_id, wait);
    return outcome.ok ? c.json(outcome.value, wait ? 200 : 202) : refused(c, outcome.error);
  })
  .openapi(edit, async (c) => {
    const { id, message_id } = c.req.valid("param");
    const conversation = conversationOf(c.env, id);
    const command = { ...c.req.valid("json"), type: "message.edit", ref: 0, message_id } as const;
    const edited = await conversation.command(c.get("principal"), command);
    if (!edited.ok) return refused(c, edited.error);
    const { turn_id = null } = Edited.parse(edited.value);
    const outcome = await conversation.outcome(c.get("principal"), message_id, turn_id, false);
    return outcome.ok ? c.json(outcome.value, 200) : refused(c, outcome.error);
  })
  .openapi(remove, async (c) => {
    const { id, message_id } = c.req.valid("param");
    const command = { type: "message.delete", ref: 0, message_id } as const;
    const removed = await conversationOf(c.env, id).command(c.get("principal"), command);
    return removed.ok ? c.json(Changed.parse(removed.value), 200) : refused(c, removed.error);
  })
  .openapi(select, async (c) => {
    const { id, message_id } = c.req.valid("param");
    const command = { type: "answer.select", ref: 0, message_id } as const;
    const selected = await conversationOf(c.env, id).command(c.get("principal"), command);
    return selected.ok ? c.json(Changed.parse(selected.value), 200) : refused(c, selected.error);
  });
