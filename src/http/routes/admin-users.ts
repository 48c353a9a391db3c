// People, for administrators: making, finding, changing and locking out users, and helping them to a new password.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { canSystem } from "../../auth/policy.ts";
import { ManagedUser, ResetLink, UserCreate, UserCreated, UserPatch, UsersQuery } from "../../protocol/admin.ts";
import { page } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { PathId } from "../conversation.ts";
import { administering } from "../middleware/administering.ts";
import { ADA, MANAGED, RESET_LINK } from "../openapi/samples.ts";
import { standingChanged } from "../related.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["administration"], security: signedIn, middleware: administering("users.manage") };
const path = "/api/v1/admin/users";
const UserPath = z.object({ id: PathId });

const create = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "createUser",
  summary: "Make a user, with a given password or one that is made",
  request: takes(UserCreate, { username: ADA.username, name: ADA.name, role: "doctor" }),
  responses: {
    201: json(UserCreated, "The user; a password that was made is told this once", {
      user: MANAGED,
      password: "tW3nW2pO5nQ8cK1zX0vB",
    }),
    default: failure,
  },
  ...refuses("conflict", "forbidden"),
});

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listUsers",
  summary: "Find users by part of their user name, name or address",
  request: { query: UsersQuery },
  responses: {
    200: json(page(ManagedUser), "Users, newest first", { items: [MANAGED], next_cursor: null }),
    default: failure,
  },
  ...refuses("forbidden"),
});

const change = createRoute({
  ...base,
  method: "patch",
  path: `${path}/{id}`,
  operationId: "changeUser",
  summary: "Give another role, disable or enable; never oneself",
  request: { params: UserPath, ...takes(UserPatch, { disabled: true }) },
  responses: {
    200: json(ManagedUser, "Changed; the user's sessions have ended", { ...MANAGED, disabled: true }),
    default: failure,
  },
  ...refuses("conflict"),
});

const revoke = createRoute({
  ...base,
  method: "post",
  path: `${path}/{id}/revoke`,
  operationId: "endUserSessions",
  summary: "End every session of a user",
  request: { params: UserPath },
  responses: { 204: { description: "Every session of the user has ended" }, default: failure },
});

const resetLink = createRoute({
  ...base,
  method: "post",
  path: `${path}/{id}/reset-link`,
  operationId: "createResetLink",
  summary: "Make a link by which a user sets a new password",
  request: { params: UserPath },
  responses: {
    201: json(ResetLink, "For one use within a day; an earlier link is void", RESET_LINK),
    default: failure,
  },
  ...refuses("conflict"),
});

export const adminUsers = routes()
  .openapi(create, async (c) => {
    const made = await c.get("administration").create(c.req.valid("json"), c.env.DB);
    return made.ok ? c.json(made.value, 201) : refused(c, made.error);
  })
  .openapi(list, async (c) => {
    const { q, cursor, limit } = c.req.valid("query");
    return c.json(await c.get("administration").list(q ?? "", cursor ?? null, limit, c.env.DB), 200);
  })
  .openapi(change, async (c) => {
    const { id } = c.req.valid("param");
    const principal = c.get("principal");
    if (!canSystem(principal, "users.change_standing", id === principal.user_id).allow)
      return refused(c, { code: "forbidden", message: "Another administrator must change your own account." });
    c.set("audited", { detail: JSON.stringify(c.req.valid("json")) });
    const changed = await c.get("administration").change(id, c.req.valid("json"), c.env);
    if (!changed.ok) return refused(c, changed.error);
    c.get("auth").forget(id);
    await standingChanged(c.env, id);
    return c.json(changed.value, 200);
  })
  .openapi(revoke, async (c) => {
    const { id } = c.req.valid("param");
    const revoked = await c.get("administration").revoke(id, c.env);
    if (!revoked.ok) return refused(c, revoked.error);
    c.get("auth").forget(id);
    return c.body(null, 204);
  })
  .openapi(resetLink, async (c) => {
    const { origin } = new URL(c.req.url);
    const link = await c.get("administration").resetLink(c.req.valid("param").id, origin, c.env.DB);
    return link.ok ? c.json(link.value, 201) : refused(c, link.error);
  });
