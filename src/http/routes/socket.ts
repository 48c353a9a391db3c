// The native socket's door: everything is verified before the object is woken, and the object is told who comes by RPC.
// Its inner request is built from scratch: nothing of the client's address or headers travels on (security.md §6).
import * as z from "zod";
import { refusedHandshake } from "../address.ts";
import { routes } from "../context.ts";
import { conversationOf, PathId } from "../conversation.ts";
import { refused } from "../respond.ts";

const whole = z.coerce.number().int().nonnegative();
/** A cursor that makes no sense is a first visit: it is answered with a snapshot. */
const CursorQuery = z.object({
  epoch: z.string().max(64).nullable().catch(null),
  since: whole.nullable().catch(null),
  turn: whole.nullable().catch(null),
  offset: whole.catch(0),
});

export const socket = routes().get("/parties/conversation/:id", async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    c.header("Upgrade", "websocket");
    return c.json({ error: { code: "invalid", message: "Open this address as a WebSocket." } }, 426);
  }
  const id = PathId.safeParse(c.req.param("id"));
  const admission = await c.get("auth").ofSocket(c.req.raw, id.data ?? 0, c.env);
  if (!admission.ok) return refusedHandshake(c, admission.error);
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
