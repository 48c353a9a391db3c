// A whole conversation as a file.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import type { Principal } from "../../auth/principal.ts";
import { iso } from "../../lib/clock.ts";
import { type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { routes } from "../context.ts";
import { type ConversationApi, ConversationPath, conversationOf } from "../conversation.ts";
import type { ExportedMessage } from "../export-markdown.ts";
import { attachment, type ExportSource, exported } from "../exporting.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { failure, refused, signedIn } from "../respond.ts";

const TYPES = { json: "application/json; charset=utf-8", md: "text/markdown; charset=utf-8" };

const exportConversation = createRoute({
  method: "get",
  path: "/api/v1/conversations/{id}/export",
  operationId: "exportConversation",
  summary: "The whole conversation as a file, streamed",
  description:
    "JSON: `{conversation, members, exported_at, messages}`, with every variant of every answer, and the `model` of each. A file that broke off is not valid JSON.",
  tags: ["conversations"],
  security: signedIn,
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
  const log = c.get("log");
  const source: ExportSource = {
    conversation: described.value,
    at: iso(c.get("clock").now()),
    async after(last) {
      const page = await conversation.history(principal, { after: last, limit: LIMITS.history });
      return page.ok ? withModels(conversation, principal, page.value) : page;
    },
    ended: (messages, complete) =>
      log(complete ? "info" : "warn", "conversation.exported", { conversation_id: id, format, messages, complete }),
  };
  return new Response(exported(source, format), {
    headers: {
      "Content-Type": TYPES[format],
      "Content-Disposition": attachment(described.value.title, id, format),
    },
  });
});

type Page = { messages: ExportedMessage[]; newer: boolean };

/** Each answer with the model of its turn. */
async function withModels(
  conversation: Pick<ConversationApi, "turns">,
  principal: Principal,
  { messages, newer }: Page,
): Promise<Outcome<Page>> {
  const wanted = messages.flatMap(({ role, turn_id }) => (role === "assistant" && turn_id !== null ? [turn_id] : []));
  const least = Math.min(...wanted);
  const models = new Map<number, string>();
  for (let below = Math.max(...wanted) + 1; below > least; ) {
    const turns = await conversation.turns(principal, below, LIMITS.history);
    if (!turns.ok) return turns;
    for (const { id, model } of turns.value) models.set(id, model);
    below = turns.value.at(-1)?.id ?? least;
  }
  const named = messages.map((message) => {
    const model = message.role === "assistant" ? models.get(message.turn_id ?? 0) : undefined;
    return model === undefined ? message : { ...message, model };
  });
  return ok({ messages: named, newer });
}
