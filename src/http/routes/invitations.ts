// Invitations by link. A code is told once, in the answer to its making; a wrong one is answered like a spent one.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { NO_INVITATION } from "../../conversation/people/inviting.ts";
import { Id } from "../../protocol/entities.ts";
import { Invitation, InvitationBody, InvitationMade, InvitationSeen, Joined, page } from "../../protocol/rest.ts";
import { refusedAttempt } from "../address.ts";
import { routes } from "../context.ts";
import { ConversationPath, conversationOf, PathId } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ADA, AT, CONVERSATION } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["invitations"], security: signedIn, middleware: authenticated };
const path = "/api/v1/conversations/{id}/invitations";
const CodePath = z.object({ code: z.string().max(100) });

const INVITATION: Invitation = {
  id: 3,
  role: "member",
  uses_left: 1,
  expires_at: "2026-08-22T09:30:00.000Z",
  created_by: ADA.id,
  created_at: AT,
};
const CODE = "42-c2l4dGVlbiBieXRlcyBhbmQgbW9y";
const MADE: InvitationMade = { ...INVITATION, code: CODE, url: `https://chat.example.org/join/${CODE}` };
const SEEN: InvitationSeen = {
  conversation_id: CONVERSATION.id,
  title: CONVERSATION.title,
  members: 2,
  role: "member",
  joined: false,
};

const make = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "createInvitation",
  summary: "Make a link that lets somebody in",
  request: { params: ConversationPath, ...takes(InvitationBody, { days: 7, uses: 1, role: "member" }) },
  responses: { 201: json(InvitationMade, "The invitation; its code is told only here", MADE), default: failure },
  ...refuses("quota_exceeded"),
});

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listInvitations",
  summary: "Links that can still be used",
  request: { params: ConversationPath },
  responses: {
    200: json(page(Invitation), "Newest first", { items: [INVITATION], next_cursor: null }),
    default: failure,
  },
});

const revoke = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{invitation_id}`,
  operationId: "revokeInvitation",
  summary: "Revoke a link",
  request: { params: ConversationPath.extend({ invitation_id: PathId }) },
  responses: { 204: { description: "Its link lets nobody in any more" }, default: failure },
});

const see = createRoute({
  ...base,
  method: "get",
  path: "/api/v1/invitations/{code}",
  operationId: "readInvitation",
  summary: "What a link leads to",
  request: { params: CodePath },
  responses: { 200: json(InvitationSeen, "Before joining, or as a member already", SEEN), default: failure },
});

const join = createRoute({
  ...base,
  method: "post",
  path: "/api/v1/invitations/{code}",
  operationId: "join",
  summary: "Join by a link",
  request: { params: CodePath },
  responses: {
    200: json(Joined, "The conversation, of which the caller is a member now", { conversation_id: CONVERSATION.id }),
    default: failure,
  },
  ...refuses("quota_exceeded"),
});

export const invitations = routes()
  .openapi(make, async (c) => {
    const conversation = conversationOf(c.env, c.req.valid("param").id);
    const made = await conversation.invite(c.get("principal"), c.req.valid("json"));
    if (!made.ok) return refused(c, made.error);
    return c.json({ ...made.value, url: `${new URL(c.req.url).origin}/join/${made.value.code}` }, 201);
  })
  .openapi(list, async (c) => {
    const open = await conversationOf(c.env, c.req.valid("param").id).invitations(c.get("principal"));
    return open.ok ? c.json({ items: open.value, next_cursor: null }, 200) : refused(c, open.error);
  })
  .openapi(revoke, async (c) => {
    const { id, invitation_id } = c.req.valid("param");
    const revoked = await conversationOf(c.env, id).revokeInvitation(c.get("principal"), invitation_id);
    return revoked.ok ? c.body(null, 204) : refused(c, revoked.error);
  })
  .openapi(see, async (c) => {
    const { code } = c.req.valid("param");
    const id = conversationNamed(code);
    if (id === null) return refusedAttempt(c, NO_INVITATION.error);
    const seen = await conversationOf(c.env, id).seeInvitation(c.get("principal"), code);
    return seen.ok ? c.json(seen.value, 200) : refusedAttempt(c, seen.error);
  })
  .openapi(join, async (c) => {
    const { code } = c.req.valid("param");
    const principal = c.get("principal");
    // Whoever lifts the rate of messages lifts that of joins.
    const wait = c.get("config").MESSAGES_PER_MINUTE > 0 ? c.get("joins").take(principal.user_id) : 0;
    if (wait > 0)
      return refused(c, { code: "rate_limited", message: "You are joining too often.", retry_after_ms: wait });
    const id = conversationNamed(code);
    if (id === null) return refusedAttempt(c, NO_INVITATION.error);
    const joined = await conversationOf(c.env, id).join(principal, code);
    if (joined.ok) return c.json(joined.value, 200);
    return joined.error.code === "not_found" ? refusedAttempt(c, joined.error) : refused(c, joined.error);
  });

/** A code begins with the number of its conversation; null: this is no code. */
function conversationNamed(code: string): number | null {
  const [, digits] = /^(\d{1,15})-[\w-]{20,64}$/.exec(code) ?? [];
  const id = Id.safeParse(Number(digits));
  return id.success ? id.data : null;
}
