// Socket tickets: 30 seconds, one conversation or the inbox, one Origin, one use. Whether the caller may enter is decided
// there.
import { createRoute } from "@hono/zod-openapi";
import { signTicket, TICKET_TTL_S } from "../../auth/tickets.ts";
import { TicketAnswer, TicketBody } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { failure, json, refused, signedIn, takes } from "../respond.ts";

const issueTicket = createRoute({
  method: "post",
  path: "/api/v1/tickets",
  operationId: "issueTicket",
  summary: "A ticket that opens one socket",
  description:
    "For 30 seconds, one conversation (or, with `inbox: true`, the caller's inbox), one origin and one use. Whether the " +
    "caller may enter is decided there.",
  tags: ["auth"],
  security: signedIn,
  middleware: authenticated,
  request: takes(TicketBody, { conversation_id: 42 }),
  responses: {
    200: json(TicketAnswer, "A ticket for one socket", { ticket: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", expires_in: 30 }),
    default: failure,
  },
});

export const tickets = routes().openapi(issueTicket, async (c) => {
  const asked = c.req.valid("json");
  const conversationId = "conversation_id" in asked ? asked.conversation_id : null;
  const origin = c.req.header("origin") ?? null;
  const ticket = await signTicket(c.get("principal"), conversationId, origin, c.get("config"), c.get("clock"));
  if (!ticket.ok) return refused(c, ticket.error);
  return c.json({ ticket: ticket.value, expires_in: TICKET_TTL_S }, 200);
});
