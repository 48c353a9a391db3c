// One's own profile and login sessions.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { publicUser } from "../../auth/accounts.ts";
import { forKeeper } from "../../auth/authentication.ts";
import { faultFields } from "../../lib/log.ts";
import { refuse } from "../../protocol/errors.ts";
import { ProfilePatch, page, SessionInfo, User } from "../../protocol/rest.ts";
import { changeProfile } from "../../store/people.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ADA, SESSION } from "../openapi/samples.ts";
import { nameChanged } from "../related.ts";
import { failure, json, refused, signedIn, takes } from "../respond.ts";

const contract = { tags: ["me"], security: signedIn, middleware: authenticated };

const readProfile = createRoute({
  ...contract,
  method: "get",
  path: "/api/v1/me",
  operationId: "readProfile",
  summary: "Who am I?",
  responses: { 200: json(User, "The caller's profile", ADA), default: failure },
});

const patchProfile = createRoute({
  ...contract,
  method: "patch",
  path: "/api/v1/me",
  operationId: "changeProfile",
  summary: "Change one's name or address; what is not given stays",
  request: takes(ProfilePatch, { name: ADA.name }),
  responses: { 200: json(User, "The profile as it is now", ADA), default: failure },
});

const listSessions = createRoute({
  ...contract,
  method: "get",
  path: "/api/v1/me/sessions",
  operationId: "listSessions",
  summary: "Where one is logged in",
  responses: {
    200: json(page(SessionInfo), "Standing logins, newest first", { items: [SESSION], next_cursor: null }),
    default: failure,
  },
});

const endSession = createRoute({
  ...contract,
  method: "delete",
  path: "/api/v1/me/sessions/{sid}",
  operationId: "endSession",
  summary: "End one login; its sockets are closed",
  request: { params: z.object({ sid: z.string().max(64) }) },
  responses: { 204: { description: "Ended; its sockets are closed" }, default: failure },
});

const endSessions = createRoute({
  ...contract,
  method: "delete",
  path: "/api/v1/me/sessions",
  operationId: "endSessions",
  summary: "End every login, this one too",
  responses: { 204: { description: "Every login of the caller has ended, this one too" }, default: failure },
});

const unknown = refuse("not_found", "There is nothing here.").error;

export const me = routes()
  .openapi(readProfile, async (c) => {
    const person = await c.env.USER.getByName(String(c.get("principal").user_id)).profile();
    return person ? c.json(publicUser(person), 200) : refused(c, unknown);
  })
  .openapi(patchProfile, async (c) => {
    const { user_id } = c.get("principal");
    const person = await changeProfile(c.env.DB, user_id, c.req.valid("json"));
    if (!person) return refused(c, unknown);
    await c.env.USER.getByName(String(user_id)).enrol(forKeeper(person));
    c.get("auth").forget(user_id);
    c.executionCtx.waitUntil(
      nameChanged(c.env, person).catch((error: unknown) => c.get("log")("warn", "name.untold", faultFields(error))),
    );
    return c.json(publicUser(forKeeper(person)), 200);
  })
  .openapi(listSessions, async (c) => {
    const { user_id, sid } = c.get("principal");
    const sessions = await c.env.USER.getByName(String(user_id)).sessions();
    const items = sessions.map((session) => ({ ...session, current: session.sid === sid }));
    return c.json({ items, next_cursor: null }, 200);
  })
  .openapi(endSession, async (c) => {
    const { user_id } = c.get("principal");
    const ended = await c.env.USER.getByName(String(user_id)).end(c.req.valid("param").sid);
    if (!ended) return refused(c, unknown);
    c.get("auth").forget(user_id);
    return c.body(null, 204);
  })
  .openapi(endSessions, async (c) => {
    const { user_id } = c.get("principal");
    await c.env.USER.getByName(String(user_id)).endAll();
    c.get("auth").forget(user_id);
    return c.body(null, 204);
  });
