// Bad input: a stable code, the field and one sentence; nothing stored, no stack (reliability.md §4).
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { ErrorBody } from "../../../src/protocol/errors.ts";
import { app, type Call, call, errorOf, freshName, HOST, PASSWORD, signedUp } from "./client.ts";

/** Thousands of calls: without a log line each. */
const quiet = app({ variables: { LOG_LEVEL: "error" } });

let token = "";
beforeAll(async () => {
  token = (await signedUp()).access_token;
});

interface Case extends Call {
  path: string;
  status: number;
  error: Partial<ErrorBody>;
}

const signup = (body: object) => ({
  path: "/api/v1/auth/signup",
  body: { username: "ada", password: PASSWORD, ...body },
});
const login = "/api/v1/auth/login";
const invalid = (field: string) => ({ status: 400, error: { code: "invalid", field } as const });
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

const CASES: [string, Case][] = [
  ["no JSON", { path: login, body: "{", status: 400, error: { code: "invalid" } }],
  ["an empty body", { path: login, method: "POST", ...invalid("username") }],
  ["JSON that is no object", { path: login, body: [], status: 400, error: { code: "invalid" } }],
  ["a missing field", { path: login, body: { username: "ada" }, ...invalid("password") }],
  ["a field of another type", { path: login, body: { username: 1, password: "x" }, ...invalid("username") }],
  ["a name of two characters", { ...signup({ username: "ab" }), ...invalid("username") }],
  ["a name of 65 characters", { ...signup({ username: "a".repeat(65) }), ...invalid("username") }],
  ["a name with a space", { ...signup({ username: "a b c" }), ...invalid("username") }],
  ["a name with NUL", { ...signup({ username: "ada\0" }), ...invalid("username") }],
  ["half a surrogate pair", { ...signup({ name: "\ud800" }), ...invalid("name") }],
  ["a password of seven characters", { ...signup({ password: "1234567" }), ...invalid("password") }],
  ["a password of 257 characters", { ...signup({ password: "x".repeat(257) }), ...invalid("password") }],
  ["an email that is none", { ...signup({ email: "ada" }), ...invalid("email") }],
  ["JSON 33 levels deep", { path: login, body: deep(33), status: 400, error: { code: "invalid" } }],
  ["1,001 keys", { path: login, body: Array(1_001).fill(0), status: 400, error: { code: "invalid" } }],
  ["__proto__", { path: login, body: '{"__proto__":{"role":"admin"}}', status: 400, error: { code: "invalid" } }],
  [
    "a body of more than 256 KB",
    { path: login, body: `"${"x".repeat(262_144)}"`, status: 413, error: { code: "too_large" } },
  ],
  [
    "text where JSON is due",
    {
      path: login,
      body: "x",
      headers: { "content-type": "text/plain" },
      status: 415,
      error: { code: "unsupported", field: "content-type" },
    },
  ],
  [
    "a conversation id that is none",
    { path: "/api/v1/tickets", body: { conversation_id: "1" }, ...invalid("conversation_id") },
  ],
  [
    "a negative conversation id",
    { path: "/api/v1/tickets", body: { conversation_id: -1 }, ...invalid("conversation_id") },
  ],
  ...["0x3", "%203", "03", "3.0", "3e0", "+3", "-1", "0"].flatMap((id): [string, Case][] => [
    [`${id} as a conversation`, { path: `/api/v1/conversations/${id}`, ...invalid("id") }],
    [`${id} as a place in a list`, { path: `/api/v1/conversations/1/messages?before=${id}`, ...invalid("before") }],
    [
      `${id} as whom one opens an interview`,
      {
        path: `/api/v1/ai-assistant/sessions/1?user_entity_id=${id.replace("+", "%2B")}`,
        ...invalid("user_entity_id"),
      },
    ],
  ]),
  ["no user name to look for", { path: "/api/v1/users", ...invalid("username") }],
  ["an unknown path", { path: "/api/v1/nothing", status: 404, error: { code: "not_found" } }],
  ["an unknown path below a route", { path: "/api/v1/me/nothing", status: 404, error: { code: "not_found" } }],
];

describe("bad input is answered with its code, its field and one sentence", () => {
  it.each(CASES)("%s", async (_, { path, status, error, ...rest }) => {
    const response = await call(path, { token, ...rest }, quiet);
    expect(response.status).toBe(status);
    const body = await errorOf(response);
    expect(body).toMatchObject(error);
    expect(body.message).toMatch(/^[^\n]{5,120}\.$/);
    expect(body.message).not.toMatch(/\^|\\p|regex|zod/i);
  });

  it("bytes that are no UTF-8", async () => {
    const body = JSON.stringify({ username: freshName(), password: PASSWORD, name: "Ad~" });
    const bytes = new TextEncoder().encode(body).map((byte) => (byte === 0x7e ? 0xc3 : byte));
    const response = await callBytes("/api/v1/auth/signup", bytes);
    expect([response.status, await errorOf(response)]).toMatchObject([
      400,
      { code: "invalid", message: "The body is not UTF-8." },
    ]);
  });

  it("an empty body is none, whatever its type is said to be", async () => {
    const empty = { body: "", token, headers: { "content-type": "application/json" } };
    const made = await call("/api/v1/conversations", { token, body: { title: "Tea" } });
    const { id } = z.object({ id: z.int() }).parse(await made.json());
    const deleted = await call(`/api/v1/conversations/${id}`, { ...empty, method: "DELETE" });
    const login = await call("/api/v1/auth/login", { ...empty, method: "POST" });
    expect([deleted.ok, login.status, await errorOf(login)]).toMatchObject([
      true,
      400,
      { code: "invalid", field: "username" },
    ]);
  });

  it.each([
    ["DELETE", login, "POST"],
    ["PUT", "/api/v1/me", "GET, PATCH"],
    ["POST", "/healthz", "GET"],
  ])("%s %s is 405 and names the methods that there are", async (method, path, allow) => {
    const response = await call(path, { method, token }, quiet);
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
    expect((await errorOf(response)).field).toBe("method");
  });

  it("stores nothing", async () => {
    const count = () => env.DB.prepare("SELECT count(*) AS n FROM users").first("n");
    const before = await count();
    for (const [, { path, status: _, error: __, ...rest }] of CASES) await call(path, { token, ...rest }, quiet);
    expect(await count()).toBe(before);
  });
});

const ROUTES: [string, string][] = [
  ["POST", "/api/v1/auth/signup"],
  ["POST", "/api/v1/auth/login"],
  ["POST", "/api/v1/auth/refresh"],
  ["POST", "/api/v1/auth/password"],
  ["POST", "/api/v1/tickets"],
  ["PATCH", "/api/v1/me"],
  ["GET", "/api/v1/me"],
  ["GET", "/api/v1/me/sessions"],
  ["DELETE", "/api/v1/me/sessions/x"],
  ["GET", "/api/v1/users"],
  ["GET", "/healthz"],
];

describe("whatever is sent, no answer is a fault and none shows a stack", () => {
  it.each(ROUTES)("%s %s with any JSON", async (method, path) => {
    const bodies = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) =>
        JSON.stringify({
          username: value,
          password: value,
          name: value,
          email: value,
          refresh_token: value,
          conversation_id: value,
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) =>
        sound(await call(path, { method, token, ...withBody(method, body) }, quiet)),
      ),
      { numRuns: 60 },
    );
  });

  it.each(ROUTES)("%s %s with any bytes", async (method, path) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) =>
        sound(await callBytes(path, method === "GET" ? null : bytes, method)),
      ),
      { numRuns: 40 },
    );
  });

  it("any query, path and header", async () => {
    const header = fc.string({ unit: fc.constantFrom(..."abcXYZ019 .;=,/\"'{}\\%&<>-_~") });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), header, async (query, segment, value) => {
        const headers = { authorization: value, cookie: `access_token=${value}`, origin: value, "x-request-id": value };
        sound(await call(`/api/v1/users?username=${encodeURIComponent(query)}`, { token }, quiet));
        sound(await call(`/api/v1/me/sessions/${encodeURIComponent(segment)}`, { method: "DELETE", token }, quiet));
        sound(await call("/api/v1/me", { headers }, quiet));
      }),
      { numRuns: 60 },
    );
  });

  async function sound(response: Response): Promise<void> {
    const text = await response.text();
    expect(response.status, text).toBeLessThan(500);
    expect(text).not.toMatch(/\n\s+at |\.ts:\d|SQLITE|D1_/);
    if (response.status >= 400) expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String) } });
  }
});

const withBody = (method: string, body: string) =>
  method === "GET" ? {} : { body, headers: { "cf-connecting-ip": freshName() } };

const callBytes = (path: string, bytes: Uint8Array<ArrayBuffer> | null, method = "POST"): Promise<Response> =>
  quiet(
    new Request(HOST + path, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: bytes,
    }),
  );
