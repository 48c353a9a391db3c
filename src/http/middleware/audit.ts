// Writes down who did, or was refused, what concerns people's access; and every other refusal by the policy.
import { createHmac } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { faultFields } from "../../lib/log.ts";
import { ERROR_CODES, ERROR_STATUS } from "../../protocol/errors.ts";
import { addAudit } from "../../store/audit.ts";
import { addressOf } from "../address.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { networkOf } from "../network.ts";

/** By method and route, as Hono writes it. */
export const AUDITED: Readonly<Record<string, string>> = {
  "POST /api/v1/auth/signup": "signup",
  "POST /api/v1/auth/login": "login",
  "POST /api/v1/auth/logout": "logout",
  "POST /api/v1/auth/password": "password.change",
  "POST /api/v1/auth/password/reset": "password.reset",
  "DELETE /api/v1/me/sessions": "session.end",
  "DELETE /api/v1/me/sessions/:sid": "session.end",
  "POST /api/v1/admin/users": "user.create",
  "PATCH /api/v1/admin/users/:id": "user.change",
  "POST /api/v1/admin/users/:id/revoke": "user.revoke",
  "POST /api/v1/admin/users/:id/reset-link": "user.reset_link",
  "POST /api/v1/keys": "key.create",
  "DELETE /api/v1/keys/:id": "key.revoke",
  "POST /api/v1/directory/:kind": "directory.add",
  "POST /api/v1/directory/relations": "relation.add",
  "DELETE /api/v1/directory/relations": "relation.end",
  "POST /api/v1/directory/affiliations": "affiliation.add",
  "POST /api/v1/conversations/:id/members": "member.add",
  "PATCH /api/v1/conversations/:id/members/:user_id": "member.role",
  "DELETE /api/v1/conversations/:id/members/:user_id": "member.remove",
  "POST /api/v1/conversations/:id/invitations": "invitation.create",
  "DELETE /api/v1/conversations/:id": "conversation.erase",
  "GET /api/v1/conversations/:id/export": "conversation.export",
  "POST /api/v1/projects/:id/members": "project.member.add",
  "PATCH /api/v1/projects/:id/members/:user_id": "project.member.role",
  "DELETE /api/v1/projects/:id/members/:user_id": "project.member.remove",
  "DELETE /api/v1/projects/:id": "project.delete",
  "PATCH /api/v1/ai-assistant/sessions/:id/summary": "summary.change",
  "POST /api/v1/ai-assistant/sessions/:id/summary/sign": "summary.sign",
};

/** Refresh happens all the time; that it is refused means a token that was spent, stolen or ended. */
const AUDITED_REFUSALS: Readonly<Record<string, string>> = { "POST /api/v1/auth/refresh": "refresh" };

/** A malformed request is refused before anything is decided, and faults are in the log. */
const DECIDED = (status: number): boolean => status < 400 || (status > 400 && status < 500 && status !== 405);

export const audit = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const { status } = c.res;
  const route = `${c.req.method} ${routePath(c, -1)}`;
  const refused = status >= 400;
  const action = AUDITED[route] ?? (refused ? AUDITED_REFUSALS[route] : undefined) ?? (status === 403 ? route : null);
  if (action === null || !DECIDED(status)) return;
  c.executionCtx.waitUntil(
    write(c, action, refused).catch((error: unknown) =>
      c.get("log")("warn", "audit.unwritten", { action, ...faultFields(error) }),
    ),
  );
});

async function write(c: AppContext, action: string, refused: boolean): Promise<void> {
  const { user_id = null, role = null, sid = null } = c.get("principal") ?? c.get("audited")?.actor ?? {};
  const agent = c.req.header("user-agent");
  const who = c.get("audited")?.who;
  await addAudit(c.env.DB, {
    at: c.get("clock").now(),
    action,
    actor_id: user_id,
    actor_role: role,
    session: sid,
    resource: who === undefined ? resourceOf(c) : `user name ${pseudonym(c, who)}`,
    verdict: refused ? "deny" : "allow",
    reason: ERROR_CODES.find((code) => ERROR_STATUS[code] === c.res.status) ?? null,
    detail: c.get("audited")?.detail ?? null,
    network: networkOf(addressOf(c.req.raw)),
    agent: agent === undefined ? null : pseudonym(c, agent),
    request_id: c.get("requestId"),
  });
}

/** The address that was asked, by its numbers: other parts of it may be secrets. */
const resourceOf = (c: AppContext): string =>
  routePath(c, -1).replace(/:(\w+)/g, (part, name: string) => {
    const value = c.req.param(name) ?? "";
    return /^\d+$/.test(value) ? value : part;
  });

/** The same for the same, and tells nobody what it was. */
const pseudonym = (c: AppContext, text: string): string =>
  createHmac("sha256", c.get("config").JWT_SECRET ?? "")
    .update(`audit ${text.toLowerCase()}`)
    .digest("base64url")
    .slice(0, 16);
