// Who takes part in a conversation.
import { createRoute } from "@hono/zod-openapi";
import { Member } from "../../protocol/entities.ts";
import { Changed, MemberAdd, MemberPatch, page } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf, PathId } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { MEMBER } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["members"], security: signedIn, middleware: authenticated };
const path = "/api/v1/conversations/{id}/members";
const MemberPath = ConversationPath.extend({ user_id: PathId });

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listMembers",
  summary: "Who takes part",
  request: { params: ConversationPath },
  responses: { 200: json(page(Member), "All members", { items: [MEMBER], next_cursor: null }), default: failure },
});

const add = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "addMember",
  summary: "Let somebody take part",
  request: { params: ConversationPath, ...takes(MemberAdd, { user_id: 8, role: "member" }) },
  responses: { 201: json(Changed, "Added", { seq: 6 }), default: failure },
  ...refuses("conflict", "quota_exceeded"),
});

const setRole = createRoute({
  ...base,
  method: "patch",
  path: `${path}/{user_id}`,
  operationId: "changeRole",
  summary: "Change what a member may do",
  request: { params: MemberPath, ...takes(MemberPatch, { role: "moderator" }) },
  responses: { 200: json(Changed, "Changed", { seq: 7 }), default: failure },
  ...refuses("conflict"),
});

const remove = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{user_id}`,
  operationId: "removeMember",
  summary: "Remove a member; oneself: leave",
  description: [
    "A conversation keeps an owner: the last one makes somebody else owner before leaving. When the last member leaves, the",
    "conversation is deleted, as by `DELETE /api/v1/conversations/{id}`.",
  ].join(" "),
  request: { params: MemberPath },
  responses: { 200: json(Changed, "Removed", { seq: 8 }), default: failure },
  ...refuses("conflict"),
});

export const members = routes()
  .openapi(list, async (c) => {
    const described = await conversationOf(c.env, c.req.valid("param").id).describe(c.get("principal"));
    return described.ok
      ? c.json({ items: described.value.members ?? [], next_cursor: null }, 200)
      : refused(c, described.error);
  })
  .openapi(add, async (c) => {
    c.set("audited", { detail: JSON.stringify(c.req.valid("json")) });
    const command = { ...c.req.valid("json"), type: "member.add", ref: 0 } as const;
    const added = await conversationOf(c.env, c.req.valid("param").id).command(c.get("principal"), command);
    return added.ok ? c.json(Changed.parse(added.value), 201) : refused(c, added.error);
  })
  .openapi(setRole, async (c) => {
    const { id, user_id } = c.req.valid("param");
    c.set("audited", { detail: JSON.stringify(c.req.valid("json")) });
    const command = { ...c.req.valid("json"), user_id, type: "member.role", ref: 0 } as const;
    const changed = await conversationOf(c.env, id).command(c.get("principal"), command);
    return changed.ok ? c.json(Changed.parse(changed.value), 200) : refused(c, changed.error);
  })
  .openapi(remove, async (c) => {
    const { id, user_id } = c.req.valid("param");
    const command = { user_id, type: "member.remove", ref: 0 } as const;
    const removed = await conversationOf(c.env, id).command(c.get("principal"), command);
    return removed.ok ? c.json(Changed.parse(removed.value), 200) : refused(c, removed.error);
  });
