// The ledger of turns, and stopping or repeating one.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { numeral } from "../../protocol/json.ts";
import { PageQuery, page, RetryBody, TurnCancelled, TurnListItem, TurnRetried } from "../../protocol/rest.ts";
import { paged } from "../../store/paged.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf, PathId } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ATTEMPT, TURN } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["turns"], security: signedIn, middleware: authenticated };
const path = "/api/v1/conversations/{id}/turns";
const TurnPath = ConversationPath.extend({ turn_id: PathId });

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listTurns",
  summary: "Turns with their attempts, newest first",
  request: {
    params: ConversationPath,
    query: PageQuery.extend({ cursor: numeral(z.int().positive()).optional() }),
  },
  responses: {
    200: json(page(TurnListItem), "One page of the ledger", {
      items: [{ ...TURN, attempts: [ATTEMPT] }],
      next_cursor: null,
    }),
    default: failure,
  },
});

const cancel = createRoute({
  ...base,
  method: "post",
  path: `${path}/{turn_id}/cancel`,
  operationId: "cancelTurn",
  summary: "Stop an answer; a cancelled turn stays cancelled",
  request: { params: TurnPath },
  responses: {
    200: json(TurnCancelled, "The turn's state: cancelled, or as it had ended", { state: "cancelled" }),
    default: failure,
  },
});

const retry = createRoute({
  ...base,
  method: "post",
  path: `${path}/{turn_id}/retry`,
  operationId: "retryTurn",
  summary: "Answer a question again; the earlier answer is kept",
  request: { params: TurnPath, body: { ...takes(RetryBody, { model: TURN.model }).body, required: false } },
  responses: { 202: json(TurnRetried, "A new turn for the same question", { turn_id: 2 }), default: failure },
  ...refuses("conflict", "gone", "busy", "misconfigured"),
});

export const turns = routes()
  .openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const conversation = conversationOf(c.env, c.req.valid("param").id);
    const found = await conversation.turns(c.get("principal"), cursor ?? null, limit + 1);
    return found.ok ? c.json(paged(found.value, limit), 200) : refused(c, found.error);
  })
  .openapi(cancel, async (c) => {
    const { id, turn_id } = c.req.valid("param");
    const command = { type: "turn.cancel", ref: 0, turn_id } as const;
    const cancelled = await conversationOf(c.env, id).command(c.get("principal"), command);
    return cancelled.ok ? c.json(TurnCancelled.parse(cancelled.value), 200) : refused(c, cancelled.error);
  })
  .openapi(retry, async (c) => {
    const { id, turn_id } = c.req.valid("param");
    const { model } = c.req.valid("json");
    const retried = await conversationOf(c.env, id).retryTurn(c.get("principal"), turn_id, model);
    return retried.ok ? c.json({ turn_id: retried.value.turn_id }, 202) : refused(c, retried.error);
  });
