// The audit log: all of it for administrators, their own rows for everybody else.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { canSystem } from "../../auth/policy.ts";
import { AuditRow } from "../../protocol/admin.ts";
import { Id } from "../../protocol/entities.ts";
import { numeral } from "../../protocol/json.ts";
import { PageQuery, page } from "../../protocol/rest.ts";
import { auditPage } from "../../store/audit.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { AUDIT_ROW } from "../openapi/samples.ts";
import { failure, json, signedIn } from "../respond.ts";

const read = createRoute({
  method: "get",
  path: "/api/v1/admin/audit",
  operationId: "readAudit",
  summary: "Who did, or was refused, what concerns people's access; newest first",
  description: "Administrators see all rows, everybody else what he did himself. Rows are kept 400 days.",
  tags: ["administration"],
  security: signedIn,
  middleware: authenticated,
  request: {
    query: PageQuery.extend({
      cursor: numeral(z.int().positive()).optional(),
      actor_id: numeral(Id).optional().describe("Only what this user did"),
      action: z.string().max(200).optional(),
    }),
  },
  responses: { 200: json(page(AuditRow), "One page", { items: [AUDIT_ROW], next_cursor: null }), default: failure },
});

export const adminAudit = routes().openapi(read, async (c) => {
  const { actor_id = null, action = null, cursor = null, limit } = c.req.valid("query");
  const principal = c.get("principal");
  const all = canSystem(principal, "audit.read").allow;
  if (!all && actor_id !== null && actor_id !== principal.user_id) return c.json({ items: [], next_cursor: null }, 200);
  const actorId = all ? actor_id : principal.user_id;
  return c.json(await auditPage(c.env.DB, { actorId, action, before: cursor, limit }), 200);
});
