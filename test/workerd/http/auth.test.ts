// Signing up, logging in and out, refreshing and changing a password, over HTTP (http.md).
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { app, call, errorOf, freshName, logIn, loginOf, PASSWORD, SECRET, signedUp } from "./client.ts";

const me = (token: string, fetch?: Parameters<typeof call>[2]) => call("/api/v1/me", { token }, fetch);

describe("logging in", () => {
  it("works for the demo user of development, twice", async () => {
    const first = await logIn("testuser", "testpass123");
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.any(String),
      token_type: "bearer",
      expires_in: 86_400,
      user: { id: expect.any(Number), username: "testuser", name: "Test User", role: "member", email: null },
    });
    expect((await logIn("TestUser", "testpass123")).status).toBe(200);
  });

  it.each([
    ["demo_admin", "admin"],
    ["demo_doctor", "doctor"],
    ["demo_patient", "patient"],
    ["demo_hospital", "hospital"],
  ])("works for %s of development, who has the role %s", async (username, role) => {
    const { user } = await loginOf(await logIn(username, "testpass123"));
    expect(user).toMatchObject({ username, role });
  });

  it("gives a wrong name and a wrong password the same answer", async () => {
    const { user } = await signedUp();
    const wrongPassword = await logIn(user.username, "not the password");
    const wrongName = await logIn(freshName(), "not the password");
    expect(wrongPassword.status).toBe(401);
    expect(wrongName.status).toBe(401);
    expect(await wrongPassword.json()).toEqual(await wrongName.json());
  });

  it("is refused to a disabled user like a wrong password", async () => {
    const { user } = await signedUp();
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(user.id).run();
    const refused = await logIn(user.username);
    expect([refused.status, await errorOf(refused)]).toEqual([
      401,
      { code: "unauthorized", message: "The user name or password is wrong." },
    ]);
  });

  it("makes an administrator of a name in ADMIN_USERS", async () => {
    const { user } = await signedUp();
    expect(user.role).toBe("member");
    const promoting = app({ variables: { ADMIN_USERS: `somebody, ${user.username.toUpperCase()}` } });
    const answer = await loginOf(await logIn(user.username, PASSWORD, promoting));
    expect(answer.user.role).toBe("admin");
    expect(await (await me(answer.access_token)).json()).toMatchObject({ role: "admin" });
  });

  it("hashes a password again when a pepper has come", async () => {
    const { user } = await signedUp();
    const peppered = app({ variables: { PASSWORD_PEPPER: "pepper" } });
    expect((await logIn(user.username, PASSWORD, peppered)).status).toBe(200);
    const stored = await env.DB.prepare("SELECT password FROM users WHERE id = ?").bind(user.id).first("password");
    expect(stored).toContain("k=1");
    expect((await logIn(user.username, PASSWORD, peppered)).status).toBe(200);
  });
});

describe("signing up", () => {
  it("logs the new user in", async () => {
    const username = freshName();
    const body = { username, password: PASSWORD, name: " Ada ", email: "ada@example.org" };
    const response = await call("/api/v1/auth/signup", { body });
    expect(response.status).toBe(201);
    const { access_token, user } = await loginOf(response);
    expect(user).toEqual({ id: user.id, username, name: "Ada", role: "member", email: "ada@example.org" });
    expect(await (await me(access_token)).json()).toEqual(user);
  });

  it("refuses a name that is taken, in any spelling", async () => {
    const { user } = await signedUp();
    for (const username of [user.username, user.username.toUpperCase(), ` ${user.username} `]) {
      const taken = await call("/api/v1/auth/signup", { body: { username, password: PASSWORD } });
      expect(taken.status).toBe(409);
      expect(await errorOf(taken)).toEqual({
        code: "conflict",
        message: "This user name is taken.",
        field: "username",
      });
    }
  });

  it("gives a name to one of many who ask at the same time", async () => {
    const username = freshName();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call("/api/v1/auth/signup", { body: { username, password: PASSWORD } }, app())),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });
});

describe("refreshing", () => {
  it("gives a new pair and spends the old refresh token", async () => {
    const first = await signedUp();
    const response = await call("/api/v1/auth/refresh", { body: { refresh_token: first.refresh_token } });
    expect(response.status).toBe(200);
    const second = await loginOf(response);
    expect(second.user).toEqual(first.user);
    expect((await me(second.access_token)).status).toBe(200);
    const again = await call("/api/v1/auth/refresh", { body: { refresh_token: first.refresh_token } });
    expect([again.status, await errorOf(again)]).toEqual([
      401,
      { code: "unauthorized", message: "The token is not valid." },
    ]);
    const late = await call("/api/v1/auth/refresh", { body: { refresh_token: second.refresh_token } });
    expect(late.status).toBe(401);
    expect((await me(second.access_token, app())).status).toBe(401);
  });

  it("repeats a lost answer for the same request", async () => {
    const { refresh_token } = await signedUp();
    const body = { refresh_token, request_id: crypto.randomUUID() };
    const first = await (await call("/api/v1/auth/refresh", { body })).json();
    expect(await (await call("/api/v1/auth/refresh", { body })).json()).toEqual(first);
  });

  it.each(["", "x", "1.short", `1.${"A".repeat(43)}`, `999999.${"A".repeat(43)}`])("refuses %j", async (token) => {
    const refused = await call("/api/v1/auth/refresh", { body: { refresh_token: token } });
    expect((await errorOf(refused)).code).toBe("unauthorized");
  });

  it("refuses an access token", async () => {
    const { access_token } = await signedUp();
    const refused = await call("/api/v1/auth/refresh", { body: { refresh_token: access_token.slice(0, 200) } });
    expect(refused.status).toBe(401);
  });
});

describe("ending sessions", () => {
  it("by logging out ends the token at once, here and elsewhere, and no other session", async () => {
    const first = await signedUp();
    const second = await loginOf(await logIn(first.user.username));
    expect((await call("/api/v1/auth/logout", { method: "POST", token: first.access_token })).status).toBe(204);
    expect((await me(first.access_token)).status).toBe(401);
    expect((await me(first.access_token, app())).status).toBe(401);
    expect((await me(second.access_token)).status).toBe(200);
    const refreshed = await call("/api/v1/auth/refresh", { body: { refresh_token: first.refresh_token } });
    expect(refreshed.status).toBe(401);
  });

  it("reaches an isolate that has just seen the token within five seconds", async () => {
    const { access_token } = await signedUp();
    let now = Date.now();
    const elsewhere = app({ clock: { now: () => now, after: () => () => {} } });
    expect((await me(access_token, elsewhere)).status).toBe(200);
    await call("/api/v1/auth/logout", { method: "POST", token: access_token });
    now += 5_000;
    expect((await me(access_token, elsewhere)).status).toBe(401);
  });

  it("from the list ends one of them, or all", async () => {
    const first = await signedUp();
    const second = await loginOf(await logIn(first.user.username));
    const list = async (token: string) => (await call("/api/v1/me/sessions", { token })).json();
    const sessions = await list(second.access_token);
    expect(sessions).toMatchObject({ items: [{ current: true }, { current: false }], next_cursor: null });
    const sid = await sidOf(first.access_token);
    const remove = (path: string) => call(path, { method: "DELETE", token: second.access_token });
    expect((await remove(`/api/v1/me/sessions/${sid}`)).status).toBe(204);
    expect((await me(first.access_token)).status).toBe(401);
    expect((await remove(`/api/v1/me/sessions/${sid}`)).status).toBe(404);
    expect((await remove("/api/v1/me/sessions")).status).toBe(204);
    expect((await me(second.access_token)).status).toBe(401);
  });

  it("of somebody else is like ending one that does not exist", async () => {
    const [mine, theirs] = [await signedUp(), await signedUp()];
    const sid = await sidOf(theirs.access_token);
    const refused = await call(`/api/v1/me/sessions/${sid}`, { method: "DELETE", token: mine.access_token });
    const missing = await call("/api/v1/me/sessions/none", { method: "DELETE", token: mine.access_token });
    expect([refused.status, await refused.text()]).toEqual([missing.status, await missing.text()]);
    expect((await me(theirs.access_token)).status).toBe(200);
  });
});

describe("changing the password", () => {
  const change = (token: string, current_password: string, new_password: string) =>
    call("/api/v1/auth/password", { token, body: { current_password, new_password } });

  it("ends the other sessions and keeps this one", async () => {
    const mine = await signedUp();
    const other = await loginOf(await logIn(mine.user.username));
    expect((await change(mine.access_token, PASSWORD, "another password")).status).toBe(204);
    expect((await me(other.access_token)).status).toBe(401);
    expect((await me(mine.access_token)).status).toBe(200);
    expect((await logIn(mine.user.username, PASSWORD)).status).toBe(401);
    expect((await logIn(mine.user.username, "another password")).status).toBe(200);
  });

  it("needs the current one", async () => {
    const { access_token } = await signedUp();
    const refused = await change(access_token, "not the password", "another password");
    expect([refused.status, (await errorOf(refused)).field]).toEqual([422, "current_password"]);
  });
});

describe("the profile", () => {
  it("is changed in what is given", async () => {
    const { access_token, user } = await signedUp();
    const patch = (body: object) => call("/api/v1/me", { method: "PATCH", token: access_token, body });
    expect(await (await patch({ email: "ada@example.org" })).json()).toEqual({ ...user, email: "ada@example.org" });
    expect(await (await patch({ name: "Ada" })).json()).toEqual({ ...user, name: "Ada", email: "ada@example.org" });
    expect(await (await patch({ email: null })).json()).toEqual({ ...user, name: "Ada" });
    expect(await (await me(access_token)).json()).toEqual({ ...user, name: "Ada" });
  });

  it("of somebody else is found by the exact user name, without the address", async () => {
    const [mine, theirs] = [await signedUp(), await signedUp()];
    const find = (name: string) =>
      call(`/api/v1/users?username=${encodeURIComponent(name)}`, { token: mine.access_token });
    const { id: user_id, username, name } = theirs.user;
    expect(await (await find(theirs.user.username)).json()).toEqual({ user_id, username, name });
    expect((await find(theirs.user.username.slice(0, -1))).status).toBe(404);
    expect((await find("%")).status).toBe(404);
  });
});

describe("a token of an older system, signed with our secret", () => {
  const outside = (claims: Record<string, unknown>) =>
    new SignJWT({ type: "access", exp: Math.floor(Date.now() / 1000) + 60, ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(SECRET));

  it("whose sub is the id of a user is that user", async () => {
    const { user } = await signedUp();
    expect(await (await me(await outside({ sub: String(user.id) }))).json()).toEqual(user);
  });

  it("whose sub is an id that nobody has makes the user of that id", async () => {
    const profile = await (await me(await outside({ sub: "4711", name: "Old Friend" }))).json();
    expect(profile).toMatchObject({ id: 4711, name: "Old Friend", role: "member" });
    expect(await (await me(await outside({ sub: "4711" }), app())).json()).toEqual(profile);
  });

  it("with any other sub is a user made at first sight, the same one ever after", async () => {
    const sub = `auth0|${freshName()}`;
    const answers = await Promise.all([1, 2, 3].map(async () => (await me(await outside({ sub }), app())).json()));
    expect(answers[0]).toMatchObject({ id: expect.any(Number), name: sub, role: "member" });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it("has the role that it claims", async () => {
    const token = await outside({ sub: `doctor|${freshName()}`, role: "doctor" });
    expect(await (await me(token)).json()).toMatchObject({ role: "doctor" });
  });

  it("is refused after the user ended every login, unless it is newer", async () => {
    const { user, access_token } = await signedUp();
    const now = Math.floor(Date.now() / 1000);
    await call("/api/v1/me/sessions", { method: "DELETE", token: access_token });
    expect((await me(await outside({ sub: String(user.id), iat: now - 1 }), app())).status).toBe(401);
    expect((await me(await outside({ sub: String(user.id) }), app())).status).toBe(401);
    expect((await me(await outside({ sub: String(user.id), iat: now + 3 }), app())).status).toBe(200);
  });
});

it("a ticket is given for 30 seconds to whoever is logged in", async () => {
  const { access_token: token } = await signedUp();
  const answer = await call("/api/v1/tickets", { token, body: { conversation_id: 3 } });
  expect([answer.status, await answer.json()]).toEqual([200, { ticket: expect.any(String), expires_in: 30 }]);
});

async function sidOf(token: string): Promise<string> {
  const response = await call("/api/v1/me/sessions", { token });
  const { items } = await response.json<{ items: { sid: string; current: boolean }[] }>();
  const current = items.find((session) => session.current);
  if (!current) throw new Error("no current session");
  return current.sid;
}
