// Who may administer: administrators, by every route, on their tokens as they are now, and never themselves (security.md §2).
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { canSystem, type SystemAction } from "../../../src/auth/policy.ts";
import type { Principal, Service } from "../../../src/auth/principal.ts";
import { Scope } from "../../../src/protocol/admin.ts";
import type { Role } from "../../../src/protocol/entities.ts";
import { logIn as logInAgain, person } from "../conversation/people.ts";
import { administrator, listUsers, makeKey, makeUser, me, patchUser, ROLES, users } from "./admin.ts";
import { app, type Call, call, errorOf, freshName, logIn, loginOf, PASSWORD, signedUp, worker } from "./client.ts";

/** Every route of administrators, as one would call it on user `id`. */
const ADMIN_ROUTES: [name: string, path: (id: number) => string, call: Call][] = [
  ["GET users", () => users, {}],
  ["POST users", () => users, { body: { username: "somebody-new", role: "admin" } }],
  ["PATCH user", (id) => `${users}/${id}`, { method: "PATCH", body: { role: "admin" } }],
  ["POST revoke", (id) => `${users}/${id}/revoke`, { method: "POST" }],
  ["POST reset-link", (id) => `${users}/${id}/reset-link`, { method: "POST" }],
  ["GET metrics", () => "/api/v1/admin/metrics", {}],
  ["GET keys", () => "/api/v1/keys", {}],
  ["POST keys", () => "/api/v1/keys", { body: { name: "mine", scopes: ["metrics:read"] } }],
  ["DELETE key", (id) => `/api/v1/keys/${id}`, { method: "DELETE" }],
];

describe("the policy", () => {
  const person = (role: Principal["role"]): Principal => ({ user_id: 1, name: "", role, sid: null, exp: 0, iat: 0 });
  const service = (...scopes: Scope[]): Service => ({ kind: "service", key_id: 1, name: "", scopes });
  /** The rows of security.md §2 that concern the deployment. */
  const MATRIX: Record<SystemAction, { admin: "✔" | "not own" | "–"; role?: Role; scope: Scope | null }> = {
    "users.manage": { admin: "✔", scope: null },
    "users.change_standing": { admin: "not own", scope: null },
    "keys.manage": { admin: "✔", scope: null },
    "directory.keep": { admin: "✔", role: "hospital", scope: null },
    "audit.read": { admin: "✔", scope: null },
    "metrics.read": { admin: "✔", scope: "metrics:read" },
    "events.post": { admin: "–", scope: "project:events" },
  };
  const ROWS = Object.entries(MATRIX) as [SystemAction, (typeof MATRIX)[SystemAction]][];

  it.each(ROWS)("%s is for administrators and scopes as the matrix says", (action, { admin, role: also, scope }) => {
    for (const role of ROLES)
      for (const own of [true, false])
        expect([role, own, canSystem(person(role), action, own).allow]).toEqual([
          role,
          own,
          role === also || (role === "admin" && (admin === "✔" || (admin === "not own" && !own))),
        ]);
    for (const each of Scope.options) expect(canSystem(service(each), action).allow).toBe(each === scope);
    expect(canSystem(service(), action).allow).toBe(false);
  });
});

describe("every route of administrators", () => {
  it.each(ROLES.filter((role) => role !== "admin"))("is closed to the role %s, and changes nothing", async (role) => {
    const { token } = await person(role);
    const target = await person();
    for (const [name, path, request] of ADMIN_ROUTES) {
      const response = await call(path(target.id), { ...request, token });
      expect([name, response.status, (await errorOf(response)).code]).toEqual([name, 403, "forbidden"]);
      // Nor does it tell who there is.
      const missing = await call(path(999_999), { ...request, token });
      expect([name, missing.status]).toEqual([name, 403]);
    }
    expect((await me(target.token)).status).toBe(200);
    const made = await env.DB.prepare("SELECT 1 FROM users WHERE username = 'somebody-new'").first();
    const roleNow = await env.DB.prepare("SELECT role FROM users WHERE id = ?").bind(target.id).first();
    expect([made, roleNow]).toEqual([null, { role: "member" }]);
  });

  it("is closed to nobody in particular, to a machine's key, and to a socket's ticket", async () => {
    const admin = await administrator();
    const { key } = await makeKey(admin, ...Scope.options);
    const answer = await call("/api/v1/tickets", { token: admin, body: { conversation_id: 1 } });
    const { ticket } = await answer.json<{ ticket: string }>();
    for (const [name, path, request] of ADMIN_ROUTES)
      for (const token of [undefined, key, ticket]) {
        const response = await call(path(1), { ...request, ...(token ? { token } : {}) });
        expect([name, response.status]).toEqual([name, 401]);
      }
  });

  it("is open to an administrator", async () => {
    const token = await administrator();
    const target = await person();
    const { id: key } = await makeKey(token, "metrics:read");
    for (const [name, path, request] of ADMIN_ROUTES) {
      const username = request.body && "username" in Object(request.body) ? { username: freshName() } : {};
      const body = request.body ? { body: { ...Object(request.body), ...username } } : {};
      const response = await call(path(name === "DELETE key" ? key : target.id), { ...request, ...body, token });
      expect([name, response.ok]).toEqual([name, true]);
    }
  });
});

describe("an administrator", () => {
  it("changes neither the own role nor locks itself out", async () => {
    const { token, id } = await person("admin");
    for (const body of [{ role: "member" }, { role: "admin" }, { disabled: true }, { disabled: false }]) {
      const response = await patchUser(token, id, body);
      expect([body, response.status]).toEqual([body, 403]);
    }
    expect((await me(token)).status).toBe(200);
  });

  it("who is made a member may do nothing more on the token it has, at once", async () => {
    const [demoted, other] = [await person("admin"), await person("admin")];
    expect((await call(users, { token: demoted.token })).status).toBe(200);
    expect((await patchUser(other.token, demoted.id, { role: "member" })).status).toBe(200);
    for (const [name, path, request] of ADMIN_ROUTES) {
      const response = await call(path(other.id), { ...request, token: demoted.token });
      expect([name, response.status]).toEqual([name, 401]);
    }
    const again = await logInAgain(demoted.id, demoted.name, "member");
    expect((await call(users, { token: again.token })).status).toBe(403);
  });

  it("who is demoted elsewhere may do nothing more within five seconds", async () => {
    let now = Date.now();
    const elsewhere = app({ clock: { now: () => now, after: () => () => {} } });
    const demoted = await person("admin");
    expect((await call(users, { token: demoted.token }, elsewhere)).status).toBe(200);
    await patchUser(await administrator(), demoted.id, { role: "doctor" });
    now += 5_000;
    expect((await call(users, { token: demoted.token }, elsewhere)).status).toBe(401);
  });

  it("named in ADMIN_USERS is made one at the first log-in, also of an account that was there, and stays one", async () => {
    const { user } = await signedUp();
    const appointing = app({ variables: { ADMIN_USERS: user.username } });
    const appointed = await loginOf(await logIn(user.username, PASSWORD, appointing));
    expect(appointed.user.role).toBe("admin");
    expect((await call(users, { token: appointed.access_token }, appointing)).status).toBe(200);
    const patch = { method: "PATCH", token: await administrator(), body: { role: "member" } };
    const refused = await call(`${users}/${user.id}`, patch, appointing);
    expect([refused.status, (await errorOf(refused)).message]).toEqual([409, expect.stringContaining("ADMIN_USERS")]);
  });

  it("named in ADMIN_USERS is one from signing up on", async () => {
    const username = freshName();
    const { user } = await signedUp(app({ variables: { ADMIN_USERS: `x, ${username}` } }), username);
    expect(user.role).toBe("admin");
  });
});

describe("a user who is disabled", () => {
  it("is out on every token and refresh token, and logs in no more until enabled", async () => {
    const admin = await administrator();
    const { user, access_token, refresh_token } = await signedUp();
    const changed = await patchUser(admin, user.id, { disabled: true });
    expect(await changed.json()).toMatchObject({ id: user.id, disabled: true });
    expect((await me(access_token)).status).toBe(401);
    expect((await call("/api/v1/auth/refresh", { body: { refresh_token } })).status).toBe(401);
    expect((await logIn(user.username)).status).toBe(401);
    await patchUser(admin, user.id, { disabled: false });
    expect((await logIn(user.username)).status).toBe(200);
    expect((await me(access_token)).status).toBe(401);
  });

  it("is out though its object was asked for the first time", async () => {
    const admin = await administrator();
    const { user } = await makeUser(admin, {});
    await patchUser(admin, user.id, { disabled: true });
    expect(await env.USER.getByName(String(user.id)).check({ sid: null, iat: 2_000_000_000 })).toMatchObject({
      ok: false,
    });
  });
});

it("ending a user's sessions ends every one, and a new log-in stands", async () => {
  const { id, name, token } = await person();
  const second = await logInAgain(id, name);
  const response = await call(`${users}/${id}/revoke`, { method: "POST", token: await administrator() });
  expect(response.status).toBe(204);
  expect([(await me(token)).status, (await me(second.token)).status]).toEqual([401, 401]);
  expect((await me((await logInAgain(id, name)).token)).status).toBe(200);
});

describe("a user that an administrator makes", () => {
  it("has the given password, or one that is made and told once", async () => {
    const admin = await administrator();
    expect((await makeUser(admin, { password: PASSWORD })).password).toBeNull();
    const username = freshName();
    const { user, password } = await makeUser(admin, { username, name: "Dr. Who", role: "doctor" });
    expect(user).toMatchObject({ username, name: "Dr. Who", role: "doctor", disabled: false, has_password: true });
    expect(password).toMatch(/^[\w-]{20}$/);
    expect((await loginOf(await logIn(username, password ?? ""))).user.role).toBe("doctor");
    expect(JSON.stringify(await listUsers(admin, `q=${username}`))).not.toContain(password);
  });

  it("has a name that nobody else has", async () => {
    const admin = await administrator();
    const { name } = await person();
    const response = await call(users, { token: admin, body: { username: name.toUpperCase() } });
    expect([response.status, await errorOf(response)]).toMatchObject([409, { field: "username" }]);
  });
});

describe("the list of users", () => {
  it("has the newest first, in pages", async () => {
    const admin = await administrator();
    const made = [(await person()).id, (await person()).id, (await person()).id];
    const first = await listUsers(admin, "limit=2");
    expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]]);
    const next = await listUsers(admin, `limit=2&cursor=${first.next_cursor}`);
    expect(next.items[0]?.id).toBe(made[0]);
  });

  it("finds part of a user name, a name or an address, and takes no wildcards", async () => {
    const admin = await administrator();
    const mark = crypto.randomUUID().slice(0, 8);
    const { user } = await makeUser(admin, { username: `Find.${mark}`, name: `Zoë O'Hara ${mark} 100%` });
    for (const q of [mark.toUpperCase(), `find.${mark}`, `o'hara ${mark}`, `Zoë O'Hara ${mark}`, `${mark} 100%`])
      expect([q, (await listUsers(admin, `q=${encodeURIComponent(q)}`)).items.map(({ id }) => id)]).toEqual([
        q,
        [user.id],
      ]);
    for (const q of [`%${mark.slice(0, 7)}_`, `${mark}' OR 1=1 --`])
      expect((await listUsers(admin, `q=${encodeURIComponent(q)}`)).items).toEqual([]);
  });

  it("never shows a password", async () => {
    const admin = await administrator();
    expect(JSON.stringify(await listUsers(admin))).not.toMatch(/scrypt/);
  });
});

describe("a link for a new password", () => {
  const linkFor = async (id: number, token: string) =>
    (await call(`${users}/${id}/reset-link`, { method: "POST", token })).json<{ token: string; url: string }>();
  const reset = (token: string, fetch = worker) =>
    call("/api/v1/auth/password/reset", { body: { token, new_password: "a quite new password" } }, fetch);

  it("sets it once and ends every session", async () => {
    const admin = await administrator();
    const { user, access_token } = await signedUp();
    const link = await linkFor(user.id, admin);
    expect(link.url).toBe(`http://localhost:8787/reset#${link.token}`);
    expect((await reset(link.token)).status).toBe(204);
    expect((await me(access_token)).status).toBe(401);
    expect((await logIn(user.username)).status).toBe(401);
    expect((await logIn(user.username, "a quite new password")).status).toBe(200);
    expect((await reset(link.token)).status).toBe(410);
  });

  it("is refused alike when it was used, replaced, has run out, or never was", async () => {
    const admin = await administrator();
    const used = await linkFor((await person()).id, admin);
    await reset(used.token);
    const { id } = await person();
    const [replaced, latest] = [await linkFor(id, admin), await linkFor(id, admin)];
    const tomorrow = app({ clock: { now: () => Date.now() + 24 * 3_600_000, after: () => () => {} } });
    const refusals = [reset(used.token), reset(replaced.token), reset(latest.token, tomorrow), reset("x".repeat(43))];
    const answers = await Promise.all(refusals.map(async (each) => (await each).text()));
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
    expect((await reset(latest.token)).status).toBe(204);
  });

  it("used on two sides at once sets the password once", async () => {
    const admin = await administrator();
    const { token } = await linkFor((await person()).id, admin);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await reset(token, app())).status));
    expect(statuses.sort()).toEqual([204, 410, 410]);
  });

  it("is kept only as a hash", async () => {
    const admin = await administrator();
    const { token } = await linkFor((await person()).id, admin);
    const { results } = await env.DB.prepare("SELECT * FROM password_resets").all();
    expect(JSON.stringify(results)).not.toContain(token);
  });
});
