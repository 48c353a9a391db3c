// The audit log: what is written down of whom, who reads it, and what is never in it.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../../src/http/app.ts";
import { AUDITED } from "../../../src/http/middleware/audit.ts";
import { AuditRow } from "../../../src/protocol/admin.ts";
import { page } from "../../../src/protocol/rest.ts";
import { addAudit } from "../../../src/store/audit.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { person } from "../conversation/people.ts";
import { administrator, makeUser } from "./admin.ts";
import { app, call, configured, freshName, logIn, signedUp, worker } from "./client.ts";

const AUDIT = "/api/v1/admin/audit";
const FROM = { "cf-connecting-ip": "203.0.113.77", "user-agent": "Secret Browser 1.0" };

async function rows(token: string, query = ""): Promise<AuditRow[]> {
  const response = await call(`${AUDIT}?${query}`, { token });
  return page(AuditRow).parse(await response.json()).items;
}
/** It is written when the answer is on its way already. */
const soon = (token: string, query: string, ...expected: object[]) =>
  vi.waitFor(async () => expect(await rows(token, query)).toMatchObject(expected), PATIENCE);
const PATIENCE = 10_000;

describe("is written down", () => {
  it("a log-in, with whom it made known and where from, but no whole address and no program's name", async () => {
    const boss = await administrator();
    const name = freshName();
    const { user } = await signedUp(worker, name);
    const body = { username: name, password: "correct horse battery" };
    await call("/api/v1/auth/login", { body, headers: FROM });
    await soon(
      boss,
      `actor_id=${user.id}`,
      { action: "login", actor_role: "member", verdict: "allow", reason: null, network: "203.0.113.0/24", count: 1 },
      { action: "signup", verdict: "allow" },
    );
    const text = JSON.stringify(await rows(boss, `actor_id=${user.id}`));
    for (const secret of ["203.0.113.77", "Secret Browser", name, "correct horse"]) expect(text).not.toContain(secret);
  });

  it("a failed log-in by a digest of the name that was tried; equal ones of a minute are one row with their number", async () => {
    const boss = await administrator();
    const clock = new ManualClock(Date.UTC(2031, 0, 1));
    const fetch = app({ clock, variables: { LOG_LEVEL: "error" } });
    const [ada, bob] = [freshName(), freshName()];
    const before = (await rows(boss, "action=login&limit=1"))[0]?.id ?? 0;
    for (const name of [ada, ada, ada.toUpperCase(), bob]) await logIn(name, "wrong password", fetch);
    clock.advance(60_000);
    await logIn(ada, "wrong password", fetch);
    await vi.waitFor(async () => {
      const failed = (await rows(boss, "action=login")).filter(({ id, at }) => id > before && at.startsWith("2031"));
      const [again, ofBob, first] = failed;
      expect(failed.map(({ verdict, reason, count, actor_id }) => [verdict, reason, count, actor_id])).toEqual([
        ["deny", "unauthorized", 1, null],
        ["deny", "unauthorized", 1, null],
        ["deny", "unauthorized", 3, null],
      ]);
      expect(again?.resource).toBe(first?.resource);
      expect(ofBob?.resource).not.toBe(first?.resource);
      expect(JSON.stringify(failed)).not.toContain(ada);
    }, PATIENCE);
  });

  it("what an administrator does to an account, with what it was changed to; and that others may not", async () => {
    const boss = await person("admin");
    const { user } = await makeUser(boss.token, {});
    const path = `/api/v1/admin/users/${user.id}`;
    await call(path, { method: "PATCH", token: boss.token, body: { role: "doctor" } });
    await call(`${path}/revoke`, { method: "POST", token: boss.token });
    const resource = path;
    await soon(
      boss.token,
      `actor_id=${boss.id}`,
      { action: "user.revoke", resource: `${resource}/revoke`, verdict: "allow" },
      { action: "user.change", resource, verdict: "allow", actor_role: "admin", detail: '{"role":"doctor"}' },
      { action: "user.create", resource: "/api/v1/admin/users", verdict: "allow" },
    );
    const ada = await person();
    await call(path, { method: "PATCH", token: ada.token, body: { role: "admin" } });
    await soon(boss.token, `actor_id=${ada.id}`, { action: "user.change", verdict: "deny", reason: "forbidden" });
  });

  it("every refusal by the policy, by its route; and not what was only asked for wrongly", async () => {
    const [ada, boss] = [await person(), await administrator()];
    await call("/api/v1/admin/users?limit=0", { token: ada.token });
    await call("/api/v1/conversations/1/members", { token: ada.token, body: { user_id: "nobody" } });
    await call("/api/v1/me", { token: ada.token });
    await soon(boss, `actor_id=${ada.id}`, { action: "GET /api/v1/admin/users", verdict: "deny", session: ada.sid });
  });

  it("a refused refresh, but not each that is granted", async () => {
    const boss = await administrator();
    const before = (await rows(boss, "action=refresh&limit=1"))[0]?.id ?? 0;
    const { refresh_token } = await signedUp();
    await call("/api/v1/auth/refresh", { body: { refresh_token } });
    await call("/api/v1/auth/refresh", { body: { refresh_token: "stolen" } });
    await vi.waitFor(async () => {
      const refused = (await rows(boss, "action=refresh")).filter(({ id }) => id > before);
      expect(refused.map(({ verdict }) => verdict)).toEqual(["deny"]);
    }, PATIENCE);
  });
});

describe("the audit log", () => {
  it("is all the administrators', and of others each one's own", async () => {
    const [ada, bob, boss] = [await person(), await person(), await administrator()];
    for (const { token } of [ada, bob]) await call("/api/v1/keys", { token });
    await soon(boss, `actor_id=${ada.id}`, { verdict: "deny" });
    await soon(bob.token, "", { actor_id: bob.id });
    expect(await rows(bob.token, `actor_id=${ada.id}`)).toEqual([]);
    expect((await call(AUDIT)).status).toBe(401);
  });

  it("is paged, newest first", async () => {
    const ada = await person();
    for (const path of ["users", "metrics"]) await call(`/api/v1/admin/${path}`, { token: ada.token });
    await soon(ada.token, "", { action: "GET /api/v1/admin/metrics" }, { action: "GET /api/v1/admin/users" });
    const first = page(AuditRow).parse(await (await call(`${AUDIT}?limit=1`, { token: ada.token })).json());
    const second = await rows(ada.token, `limit=1&cursor=${first.next_cursor}`);
    expect([first.items[0]?.action, second[0]?.action]).toEqual([
      "GET /api/v1/admin/metrics",
      "GET /api/v1/admin/users",
    ]);
  });

  it("forgets after 400 days", async () => {
    const [ada, now] = [await person(), Date.UTC(2026, 0, 1)];
    const row = { action: "old", actor_id: ada.id, actor_role: "member", session: null, resource: "/" } as const;
    const more = {
      verdict: "allow",
      reason: null,
      detail: null,
      network: "local",
      agent: null,
      request_id: "1",
    } as const;
    await addAudit(env.DB, { at: now - 401 * 86_400_000, ...row, ...more });
    await addAudit(env.DB, { at: now - 399 * 86_400_000, ...row, ...more });
    await addAudit(env.DB, { at: now, ...row, ...more });
    expect(await rows(ada.token)).toHaveLength(2);
  });

  it("names only routes that exist", () => {
    const known = new Set(createApp(configured()).routes.map(({ method, path }) => `${method} ${path}`));
    expect(Object.keys(AUDITED).filter((route) => !known.has(route))).toEqual([]);
  });
});
