// Origins, cookies, headers and what a client may not send inwards (security.md §4, §6).
import { beforeAll, describe, expect, it } from "vitest";
import { app, call, errorOf, HOST, loginOf, PASSWORD, signedUp } from "./client.ts";

const PAGE = "https://app.example.org";
const production = app({ variables: { ENVIRONMENT: "production", ALLOWED_ORIGINS: PAGE } });

let token = "";
let refreshToken = "";
let username = "";
beforeAll(async () => {
  const login = await signedUp(production);
  token = login.access_token;
  refreshToken = login.refresh_token;
  username = login.user.username;
});

const cookieHeaders = (origin: string | null, cookie = `access_token=${token}`) => ({
  cookie,
  ...(origin === null ? {} : { origin }),
});

describe("the token cookie", () => {
  it("counts for a page on the list", async () => {
    expect((await call("/api/v1/me", { headers: cookieHeaders(PAGE) }, production)).status).toBe(200);
  });

  it.each([
    null,
    "null",
    "https://evil.example",
    "https://app.example.org.evil",
    "https://evilapp.example.org",
    "http://app.example.org",
    "https://app.example.org:8443",
  ])("does not count with the origin %s", async (origin) => {
    const refused = await call("/api/v1/me", { headers: cookieHeaders(origin) }, production);
    expect([refused.status, (await errorOf(refused)).code]).toEqual([401, "unauthorized"]);
  });

  it("never saves a bad header: the first token present decides", async () => {
    for (const authorization of ["Bearer nonsense", "Bearer", "Basic dTpw", ""]) {
      const headers = { ...cookieHeaders(PAGE), authorization };
      expect((await call("/api/v1/me", { headers }, production)).status).toBe(401);
    }
  });

  it("is HttpOnly, Secure, SameSite=Lax, and so is the refresh token's, for its routes only; a third holds no secret", async () => {
    const login = await call(
      "/api/v1/auth/login",
      { body: { username, password: PASSWORD }, headers: { origin: PAGE } },
      production,
    );
    const { access_token, refresh_token } = await loginOf(login);
    expect(login.headers.getSetCookie()).toEqual([
      `access_token=${access_token}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax`,
      `refresh_token=${refresh_token}; Max-Age=2592000; Path=/api/v1/auth; HttpOnly; Secure; SameSite=Lax`,
      "logged_in=1; Max-Age=2592000; Path=/; Secure; SameSite=Lax",
    ]);
  });

  it("goes with the log-out", async () => {
    const login = await loginOf(
      await call("/api/v1/auth/login", { body: { username, password: PASSWORD } }, production),
    );
    const out = await call("/api/v1/auth/logout", { method: "POST", token: login.access_token }, production);
    expect(out.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^access_token=; Max-Age=0; Path=\/;/),
      expect.stringMatching(/^refresh_token=; Max-Age=0; Path=\/api\/v1\/auth;/),
      expect.stringMatching(/^logged_in=; Max-Age=0; Path=\/;/),
    ]);
  });
});

describe("a page's own GET, which carries no Origin", () => {
  const ask = (site: string | null, init: { method?: string; body?: unknown } = {}) =>
    call(
      "/api/v1/me",
      {
        ...init,
        headers: { ...cookieHeaders(null), ...(site === null ? {} : { "sec-fetch-site": site }) },
      },
      production,
    );

  it("counts by what the browser says of where it comes from", async () => {
    expect((await ask("same-origin")).status).toBe(200);
  });

  it.each(["cross-site", "same-site", "none", null])("does not count when that is %s", async (site) => {
    expect((await ask(site)).status).toBe(401);
  });

  it("is no excuse for a request that changes something", async () => {
    expect((await ask("same-origin", { method: "PATCH", body: { name: "Eve" } })).status).toBe(401);
  });
});

describe("the refresh cookie", () => {
  const refresh = (origin: string | null) =>
    call(
      "/api/v1/auth/refresh",
      { body: {}, headers: cookieHeaders(origin, `refresh_token=${refreshToken}`) },
      production,
    );

  it("counts only for a page on the list", async () => {
    expect((await refresh(null)).status).toBe(401);
    expect((await refresh("https://evil.example")).status).toBe(403);
    const refreshed = await refresh(PAGE);
    expect(refreshed.status).toBe(200);
    ({ access_token: token, refresh_token: refreshToken } = await loginOf(refreshed));
  });

  it("works without any body", async () => {
    const headers = cookieHeaders(PAGE, `refresh_token=${refreshToken}`);
    const refreshed = await call("/api/v1/auth/refresh", { method: "POST", headers }, production);
    expect(refreshed.status).toBe(200);
    ({ access_token: token, refresh_token: refreshToken } = await loginOf(refreshed));
  });
});

describe("a page that is not on the list", () => {
  it.each(["/api/v1/auth/login", "/api/v1/auth/signup", "/api/v1/auth/refresh", "/api/v1/auth/logout"])(
    "cannot use %s",
    async (path) => {
      const body = { username, password: PASSWORD, refresh_token: refreshToken };
      const refused = await call(path, { body, token, headers: { origin: "https://evil.example" } }, production);
      expect([refused.status, (await errorOf(refused)).code]).toEqual([403, "forbidden"]);
      expect(refused.headers.getSetCookie()).toEqual([]);
    },
  );

  it("is not allowed to read any answer", async () => {
    for (const method of ["GET", "OPTIONS"]) {
      const headers = { origin: "https://evil.example", "access-control-request-method": "GET" };
      const response = await call("/api/v1/me", { method, token, headers }, production);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(response.headers.get("vary")).toBe("Origin");
    }
  });
});

describe("a page on the list", () => {
  it("may read answers, with credentials, by its exact origin", async () => {
    const response = await call("/api/v1/me", { token, headers: { origin: PAGE } }, production);
    expect(response.headers.get("access-control-allow-origin")).toBe(PAGE);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
  });

  it("is told what it may send before it sends it", async () => {
    const headers = { origin: PAGE, "access-control-request-method": "PATCH" };
    const response = await call("/api/v1/me", { method: "OPTIONS", headers }, production);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
  });
});

describe("in development", () => {
  it("a page from disk logs in with tokens and gets no cookie", async () => {
    const headers = { origin: "null" };
    const login = await call("/api/v1/auth/login", { body: { username, password: PASSWORD }, headers });
    expect(login.status).toBe(200);
    expect(login.headers.get("access-control-allow-origin")).toBe("null");
    expect(login.headers.get("access-control-allow-credentials")).toBeNull();
    expect(login.headers.getSetCookie()).toEqual([]);
    const { access_token } = await loginOf(login);
    expect((await call("/api/v1/me", { token: access_token, headers })).status).toBe(200);
    const byCookie = await call("/api/v1/me", { headers: { ...headers, cookie: `access_token=${access_token}` } });
    expect(byCookie.status).toBe(401);
  });
});

describe("every answer", () => {
  const PATHS = ["/healthz", "/api/v1/me", "/api/v1/nothing", "/api/v1/openapi.json", "/protocol.json", "/"];

  it.each(PATHS)("%s has the headers of security.md §6", async (path) => {
    const { headers } = await call(path, {}, production);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    expect(headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
  });

  it("of the API is not kept by anybody", async () => {
    expect((await call("/api/v1/me", { token })).headers.get("cache-control")).toBe("no-store");
  });

  it("has the client's request id when it is well-formed, else one of ours", async () => {
    const id = async (given: string) =>
      (await call("/healthz", { headers: { "x-request-id": given } })).headers.get("x-request-id");
    expect(await id("my-request-0001")).toBe("my-request-0001");
    for (const bad of ["short", "x".repeat(65), "a b c d e f", "<script>alert(1)</script>"])
      expect(await id(bad)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("without a token says how to authenticate", async () => {
    const refused = await call("/api/v1/me");
    expect(refused.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
  });
});

it("a page is served with the content policy of security.md §6, for its own host only", async () => {
  const { env } = await import("cloudflare:workers");
  const seen: Request[] = [];
  const assets: Pick<Fetcher, "fetch" | "connect"> = {
    async fetch(input, init) {
      seen.push(new Request(input, init));
      return new Response("<!doctype html>", { headers: { "content-type": "text/html; charset=utf-8" } });
    },
    connect: env.ASSETS.connect,
  };
  const page = app({ env: { ...env, ASSETS: assets } });
  const response = await call(
    "/conversations/3",
    { token, headers: { "x-partykit-props": "{}", cookie: "a=b" } },
    page,
  );
  expect(response.headers.get("content-security-policy")).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
      `connect-src 'self' ${HOST.replace("http", "ws")}; font-src 'self'; manifest-src 'self'; worker-src 'self'; ` +
      "media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  );
  expect(seen.map((request) => [...request.headers.keys()])).toEqual([[]]);
});
