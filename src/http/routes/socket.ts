// The native socket's door: everything is verified before the object is woken, and the object is told who comes by RPC.
// Its inner request is built from scratch: nothing of the client's address or headers travels on (security.md §6).
import * as z from "zod";
import { numeral } from "../../protocol/json.ts";
import { refusedAttempt } from "../address.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf, PathId } from "../conversation.ts";
import { anyhow, refused } from "../respond.ts";
import { noUpgrade, withoutUpgrade } from "../upgrade.ts";

const whole = numeral(z.int().nonnegative());
const epoch = z.string().max(64);

/** A cursor that makes no sense is a first visit: it is answered with a snapshot. */
const CursorQuery = z.object({
  epoch: epoch.nullable().catch(null),
  since: whole.nullable().catch(null),
  turn: whole.nullable().catch(null),
  offset: whole.catch(0),
});

export const socket = routes();

// Only described here: who is refused, and how, is decided before the query is looked at.
socket.openAPIRegistry.registerPath({
  method: "get",
  path: "/parties/conversation/{id}",
  operationId: "openSocket",
  summary: "The conversation's WebSocket",
  description:
    "Frames of JSON in both directions, as `/protocol.json` has them. The query says what you hold: nothing on a first visit.",
  tags: ["sockets"],
  security: anyhow,
  request: {
    params: ConversationPath,
    query: z.object({
      epoch: epoch.optional().describe("Of the last `welcome`"),
      since: whole.optional().describe("`seq` of the last event"),
      turn: whole.optional().describe("The running turn of which you hold text"),
      offset: whole.optional().describe("How much of it, in UTF-16 units"),
    }),
  },
  responses: {
    101: { description: "Connected: `welcome` follows" },
    426: withoutUpgrade,
  },
});

socket.get("/parties/conversation/:id", async (c) => {
  const plain = noUpgrade(c);
  if (plain) return plain;
  const id = PathId.safeParse(c.req.param("id"));
  const admission = await c.get("auth").ofSocket(c.req.raw, id.data ?? 0, c.env);
  if (!admission.ok) return refusedAttempt(c, admission.error);
  const { principal, ticket } = admission.value;
  c.set("principal", principal);
  if (!id.success) return refused(c, { code: "not_found", message: "There is no such conversation." });
  const query = new URL(c.req.url).searchParams;
  const cursor = CursorQuery.parse(
    Object.fromEntries(["epoch", "since", "turn", "offset"].map((name) => [name, query.get(name) || null])),
  );
  const conversation = conversationOf(c.env, id.data);
  const admitted = await conversation.admit(principal, cursor, ticket && { jti: ticket.jti, exp: ticket.exp });
  if (!admitted.ok) return refused(c, admitted.error);
  return conversation.fetch(`https://conversation/?_pk=${admitted.value.key}`, { headers: { Upgrade: "websocket" } });
});
