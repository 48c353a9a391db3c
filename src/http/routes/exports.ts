// A whole conversation as a file.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { iso } from "../../lib/clock.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { attachment, exported } from "../exporting.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { bearer, failure, refused } from "../respond.ts";

const TYPES = { json: "application/json; charset=utf-8", md: "text/markdown; charset=utf-8" };

const exportConversation = createRoute({
  method: "get",
  path: "/api/v1/conversations/{id}/export",
  operationId: "exportConversation",
  summary: "The whole conversation as a file, streamed",
  description:
    "JSON: `{conversation, members, exported_at, messages}`, with every variant of every answer. A file that broke off is not valid JSON.",
  tags: ["conversations"],
  security: bearer,
  middleware: authenticated,
  request: { params: ConversationPath, query: z.object({ format: z.enum(["json", "md"]).default("json") }) },
  responses: {
    200: {
      description: "The file",
      content: {
        "application/json": { schema: z.looseObject({ messages: z.array(z.unknown()) }), example: { messages: [] } },
        "text/markdown": { schema: z.string(), example: "# Afternoon tea\n" },
      },
    },
    default: failure,
  },
});

export const exporting = routes().openapi(exportConversation, async (c) => {
  const { id } = c.req.valid("param");
  const { format } = c.req.valid("query");
  const principal = c.get("principal");
  const conversation = conversationOf(c.env, id);
  const described = await conversation.describe(principal);
  if (!described.ok) return refused(c, described.error);
  const after = (last: number) => conversation.history(principal, { after: last, limit: LIMITS.history });
  const body = exported({ conversation: described.value, at: iso(c.get("clock").now()), after }, format);
  const headers = {
    "Content-Type": TYPES[format],
    "Content-Disposition": attachment(described.value.title, id, format),
  };
  return new Response(body, { headers });
});
