// Creating, listing, describing, changing and deleting conversations.
import { createRoute } from "@hono/zod-openapi";
import { Configure } from "../../protocol/commands.ts";
import { Conversation, type Member } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { ConversationCreate, ConversationListItem, Erased, PageQuery, page } from "../../protocol/rest.ts";
import { conversationsOf, ListCursor, reserveConversation } from "../../store/conversations.ts";
import { findById } from "../../store/people.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { AT, CONVERSATION, LISTED, MEMBER } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["conversations"], security: signedIn, middleware: authenticated };

const create = createRoute({
  ...base,
  method: "post",
  path: "/api/v1/conversations",
  operationId: "createConversation",
  summary: "Start a conversation",
  request: takes(ConversationCreate, { title: "Afternoon tea", member_ids: [8] }),
  responses: {
    201: json(Conversation, "The new conversation; the caller is its owner", CONVERSATION),
    default: failure,
  },
  ...refuses("not_found", "misconfigured"),
});

const list = createRoute({
  ...base,
  method: "get",
  path: "/api/v1/conversations",
  operationId: "listConversations",
  summary: "The caller's conversations, latest first",
  request: { query: PageQuery.extend({ cursor: ListCursor.optional() }) },
  responses: {
    200: json(page(ConversationListItem), "One page", { items: [LISTED], next_cursor: null }),
    default: failure,
  },
});

const read = createRoute({
  ...base,
  method: "get",
  path: "/api/v1/conversations/{id}",
  operationId: "readConversation",
  summary: "One conversation with its members",
  request: { params: ConversationPath },
  responses: {
    200: json(ConversationListItem, "As the caller sees it", { ...LISTED, members: [MEMBER] }),
    default: failure,
  },
});

const change = createRoute({
  ...base,
  method: "patch",
  path: "/api/v1/conversations/{id}",
  operationId: "configureConversation",
  summary: "Change a conversation's settings; what is not given stays",
  request: { params: ConversationPath, ...takes(Configure, { title: "Afternoon tea", instructions: null }) },
  responses: { 200: json(Conversation, "The conversation as it is now", CONVERSATION), default: failure },
});

const erase = createRoute({
  ...base,
  method: "delete",
  path: "/api/v1/conversations/{id}",
  operationId: "eraseConversation",
  summary: "Delete a conversation with all that it holds, for good",
  request: { params: ConversationPath },
  responses: { 200: json(Erased, "The receipt", { conversation_id: 42, erased_at: AT }), default: failure },
});

export const conversations = routes()
  .openapi(create, async (c) => {
    const { kind, title, model, instructions, assistant_mode, temperature, member_ids } = c.req.valid("json");
    const principal = c.get("principal");
    const known = c.get("models").resolve(model ?? null);
    if (!known.ok) return refused(c, known.error);
    const members = await membersOf(
      c.env.DB,
      (member_ids ?? []).filter((id) => id !== principal.user_id),
    );
    if (!members.ok) return refused(c, members.error);
    const now = c.get("clock").now();
    const id = await reserveConversation(c.env.DB, kind, principal.user_id, now);
    const created = await conversationOf(c.env, id).create(
      {
        id,
        kind,
        title: title ?? null,
        model: model ?? null,
        instructions: instructions ?? null,
        assistant_mode: assistant_mode ?? "always",
        temperature: temperature ?? null,
        created_at: now,
      },
      principal,
      members.value,
    );
    return c.json(created, 201);
  })
  .openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const { user_id } = c.get("principal");
    return c.json(await conversationsOf(c.env.DB, user_id, cursor ?? null, limit), 200);
  })
  .openapi(read, async (c) => {
    const described = await conversationOf(c.env, c.req.valid("param").id).describe(c.get("principal"));
    return described.ok ? c.json(described.value, 200) : refused(c, described.error);
  })
  .openapi(change, async (c) => {
    const conversation = conversationOf(c.env, c.req.valid("param").id);
    const command = { ...c.req.valid("json"), type: "configure", ref: 0 } as const;
    const changed = await conversation.command(c.get("principal"), command);
    if (!changed.ok) return refused(c, changed.error);
    const described = await conversation.describe(c.get("principal"));
    return described.ok ? c.json(Conversation.parse(described.value), 200) : refused(c, described.error);
  })
  .openapi(erase, async (c) => {
    const { id } = c.req.valid("param");
    const erased = await conversationOf(c.env, id).erase(c.get("principal"));
    return erased.ok ? c.json({ conversation_id: id, ...erased.value }, 200) : refused(c, erased.error);
  });

/** The people named, each once; the first who does not exist is named. */
async function membersOf(db: D1Database, ids: readonly number[]): Promise<Outcome<Omit<Member, "read_id">[]>> {
  const members: Omit<Member, "read_id">[] = [];
  for (const user_id of new Set(ids)) {
    const person = await findById(db, user_id);
    if (!person || person.disabled_at !== null)
      return refuse("not_found", `There is no user ${user_id}.`, { field: "member_ids" });
    members.push({ user_id, name: person.name, role: "member" });
  }
  return ok(members);
}
