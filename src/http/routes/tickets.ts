// Socket tickets: 30 seconds, one conversation, one Origin, one use. Whether the caller may enter is decided there.
import { createRoute } from "@hono/zod-openapi";
import { signTicket, TICKET_TTL_S } from "../../auth/tickets.ts";
import { TicketAnswer, TicketBody } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { bearer, failure, json, refused, takes } from "../respond.ts";

const issueTicket = createRoute({
  method: "post",
  path: "/api/v1/tickets",
  operationId: "issueTicket",
  summary: "A ticket that opens one socket",
  description:
    "For 30 seconds, one conversation, one origin and one use. Whether the caller may enter is decided there.",
  tags: ["auth"],
  security: bearer,
  middleware: authenticated,
  request: takes(TicketBody, { conversation_id: 42 }),
  responses: {
    200: json(TicketAnswer, "A ticket for one socket", { ticket: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", expires_in: 30 }),
    default: failure,
  },
});

export const tickets = routes().openapi(issueTicket, async (c) => {
  const { conversation_id } = c.req.valid("json");
  const origin = c.req.header("origin") ?? null;
  const ticket = await signTicket(c.get("principal"), conversation_id, origin, c.get("config"), c.get("clock"));
  if (!ticket.ok) return refused(c, ticket.error);
  return c.json({ ticket: ticket.value, expires_in: TICKET_TTL_S }, 200);
});
