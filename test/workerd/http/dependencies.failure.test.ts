// What is away, wrong or forbidden behind us: 503 with a stable code, and chat goes on (reliability.md R14, security.md §10).
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Clock } from "../../../src/lib/clock.ts";
import { app, call, errorOf, logIn, SECRET, signedUp } from "./client.ts";

/** Two seconds pass at once. */
const impatient: Clock = {
  now: () => 0,
  after: (ms, fn) => {
    if (ms === 2_000) setTimeout(fn, 20);
    return () => {};
  },
};

/** A binding whose every use fails as D1 does. */
const broken = (message: string): D1Database =>
  new Proxy(env.DB, {
    get: () => () => {
      throw new Error(message);
    },
  });

const AWAY = "D1_ERROR: Network connection lost.";
const withoutD1 = (clock = { now: () => Date.now(), after: () => () => {} }) =>
  app({ env: { ...env, DB: broken(AWAY) }, clock });

afterEach(() => vi.restoreAllMocks());

describe("while D1 is away", () => {
  it("logging in and signing up answer unavailable, and say nothing of D1", async () => {
    const body = { username: "somebody", password: "long enough" };
    for (const path of ["/api/v1/auth/login", "/api/v1/auth/signup"]) {
      const response = await call(path, { body }, withoutD1());
      expect(response.status).toBe(503);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ error: { code: "unavailable", retry_after_ms: expect.any(Number) } });
      expect(text).not.toMatch(/D1|connection/);
    }
  });

  it("those who are logged in stay so: profile, sessions, tickets, refresh and log-out go on", async () => {
    const { access_token: token, refresh_token } = await signedUp();
    const fetch = withoutD1();
    expect((await call("/api/v1/me", { token }, fetch)).status).toBe(200);
    expect((await call("/api/v1/me/sessions", { token }, fetch)).status).toBe(200);
    expect((await call("/api/v1/tickets", { token, body: { conversation_id: 1 } }, fetch)).status).toBe(200);
    expect((await call("/api/v1/auth/refresh", { body: { refresh_token } }, fetch)).status).toBe(200);
    expect((await call("/api/v1/auth/logout", { method: "POST", token }, fetch)).status).toBe(204);
    expect((await call("/api/v1/me", { token }, fetch)).status).toBe(401);
  });
});

it("a fault of ours is internal with its request id; the stack is in the log only", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
  const response = await logIn("somebody", "long enough", app({ env: { ...env, DB: broken("a secret detail") } }));
  expect(response.status).toBe(500);
  const error = await errorOf(response);
  expect(error).toEqual({
    code: "internal",
    message: "Something went wrong on our side.",
    request_id: response.headers.get("x-request-id"),
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    event: "fault",
    request_id: error.request_id,
    reason: "a secret detail",
    stack: expect.stringContaining("at "),
  });
});

it("what is away is a warning in the log, no fault of ours", async () => {
  const lines: string[] = [];
  const faults = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
  await logIn("somebody", "long enough", app({ env: { ...env, DB: broken(AWAY) } }));
  expect(faults).not.toHaveBeenCalled();
  const seen = lines.map((line) => JSON.parse(line)).find(({ event }) => event === "fault");
  expect(seen).toMatchObject({ level: "warn", reason: AWAY });
});

it("the log has one line a request: its route, never the query, the token or the name", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
  const { access_token: token, user } = await signedUp(app());
  lines.length = 0;
  await call(`/api/v1/users?username=${user.username}`, { token }, app());
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    at: expect.any(String),
    level: "info",
    event: "request",
    request_id: expect.any(String),
    method: "GET",
    route: "/api/v1/users",
    status: 200,
    ms: expect.any(Number),
    user_id: user.id,
  });
  expect(lines[0]).not.toContain(user.username);
});

describe("readiness", () => {
  const ready = async (fetch: ReturnType<typeof app>) => {
    const response = await call("/readyz", {}, fetch);
    return [response.status, await response.json()];
  };

  it("is there with D1, R2 and the built-in model", async () => {
    expect(await ready(app())).toEqual([
      200,
      { status: "ok", checks: { database: "ok", files: "ok", model: "builtin" } },
    ]);
  });

  it("names what is away", async () => {
    expect(await ready(withoutD1())).toEqual([
      503,
      { status: "unavailable", checks: { database: "away", files: "ok", model: "builtin" } },
    ]);
  });

  it("asks the model's server for its list, at most every 30 seconds", async () => {
    let now = 0;
    let status = 200;
    const asked: [string, string | null][] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      asked.push([request.url, request.headers.get("authorization")]);
      return new Response("{}", { status });
    });
    const fetch = app({
      variables: { OPENAI_BASE_URL: "http://model.example/v1/", OPENAI_API_KEY: "key" },
      clock: { now: () => now, after: () => () => {} },
    });
    expect(await ready(fetch)).toMatchObject([200, { checks: { model: "ok" } }]);
    status = 500;
    now = 29_000;
    expect(await ready(fetch)).toMatchObject([200, { checks: { model: "ok" } }]);
    now = 30_000;
    expect(await ready(fetch)).toMatchObject([503, { checks: { model: "away" } }]);
    expect(asked).toEqual(Array(2).fill(["http://model.example/v1/models", "Bearer key"]));
  });

  it("does not wait for a model that does not answer", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => {}));
    const fetch = app({
      variables: { OPENAI_BASE_URL: "http://model.example/v1" },
      clock: impatient,
    });
    expect(await ready(fetch)).toMatchObject([503, { checks: { model: "away" } }]);
  });
});

describe("a wrong configuration", () => {
  it("answers 503 with the variable's name on every route, never its value", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.resetModules();
    const { default: fresh } = await import("../../../src/worker.ts");
    const serve = fresh.fetch;
    for (const path of ["/", "/healthz", "/api/v1/me", "/parties/conversation/1"]) {
      const request = new Request<unknown, IncomingRequestCfProperties>(`http://localhost${path}`);
      const response = await serve(request, Object.assign({}, env, { JWT_SECRET: "abc" }), createExecutionContext());
      expect(response.status).toBe(503);
      const error = await errorOf(response);
      expect(error).toMatchObject({ code: "misconfigured", field: "JWT_SECRET" });
      expect(error.message).not.toContain("abc");
    }
  });

  it.each(["testuser", "demo_admin", "demo_doctor", "demo_patient", "demo_hospital"])(
    "is production with the demo user %s, until that user is gone",
    async (username) => {
      const variables = { ENVIRONMENT: "production", ALLOWED_ORIGINS: "https://app.example.org", JWT_SECRET: SECRET };
      await env.DB.exec("DELETE FROM users WHERE username = 'testuser' OR username LIKE 'demo_%'");
      expect((await logIn(username, "testpass123", app())).status).toBe(200);
      const fetch = app({ variables });
      for (const path of ["/healthz", "/", "/api/v1/me"]) {
        const refused = await call(path, {}, fetch);
        expect([refused.status, (await errorOf(refused)).code]).toEqual([503, "misconfigured"]);
      }
      await env.DB.prepare("DELETE FROM users WHERE username = ?").bind(username).run();
      expect((await call("/healthz", {}, fetch)).status).toBe(200);
      expect((await logIn(username, "testpass123", fetch)).status).toBe(401);
      const body = { username: username.toUpperCase(), password: "testpass123" };
      const taken = await call("/api/v1/auth/signup", { body }, fetch);
      expect(taken.status).toBe(409);
    },
  );
});
