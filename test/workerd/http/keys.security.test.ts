// Keys of services: shown once, hashed at rest, good for what their scopes say and nothing else (security.md §1).
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Scope } from "../../../src/protocol/admin.ts";
import { parseExposition } from "../../support/prometheus.ts";
import { person } from "../conversation/people.ts";
import { administrator, makeKey, me } from "./admin.ts";
import { app, call, errorOf, HOST, worker } from "./client.ts";

const scrape = (token: string | undefined, fetch = worker) => call("/metrics", token ? { token } : {}, fetch);
const remove = async (id: number, fetch = worker) =>
  call(`/api/v1/keys/${id}`, { method: "DELETE", token: await administrator() }, fetch);

describe("a key", () => {
  it("with the scope reads the metrics, in Prometheus' format", async () => {
    const { key } = await makeKey(await administrator(), "metrics:read");
    const response = await scrape(key);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(parseExposition(await response.text()).has("edgewise_connections")).toBe(true);
  });

  it("with another scope does not", async () => {
    const { key } = await makeKey(await administrator(), "project:events");
    expect((await scrape(key)).status).toBe(403);
  });

  it("is told once, has 256 random bits, and is kept only as a hash", async () => {
    const token = await administrator();
    const { key, ...shown } = await makeKey(token, "metrics:read");
    expect(key).toMatch(/^ek_[\w-]{43}$/);
    const list = await (await call("/api/v1/keys", { token })).text();
    expect(JSON.parse(list).items[0]).toEqual(shown);
    const { results } = await env.DB.prepare("SELECT * FROM api_keys").all();
    for (const text of [list, JSON.stringify(results)]) expect(text).not.toContain(key.slice(3));
  });

  it("is no person: every other route and every socket is closed to it", async () => {
    const { key } = await makeKey(await administrator(), ...Scope.options);
    expect((await me(key)).status).toBe(401);
    const conversation = "/api/v1/conversations";
    for (const path of [conversation, `${conversation}/1`, `${conversation}/1/messages`, "/api/v1/models"])
      expect([path, (await call(path, { token: key })).status]).toEqual([path, 401]);
    const socket = (query: string, headers: Record<string, string>) =>
      worker(new Request(`${HOST}/parties/conversation/1${query}`, { headers: { upgrade: "websocket", ...headers } }));
    expect((await socket("", { authorization: `Bearer ${key}` })).status).toBe(401);
    expect((await socket(`?token=${key}`, {})).status).toBe(401);
  });

  it("says when it was last used, to the minute", async () => {
    const token = await administrator();
    const { key, id } = await makeKey(token, "metrics:read");
    const lastUse = async () => {
      const { items } = await (await call("/api/v1/keys", { token })).json<{
        items: { id: number; last_used_at: string | null }[];
      }>();
      return items.find((each) => each.id === id)?.last_used_at;
    };
    expect(await lastUse()).toBeNull();
    await scrape(key);
    await expect.poll(lastUse).toMatch(/^\d{4}-/);
    const first = await lastUse();
    await scrape(key, app());
    expect(await lastUse()).toBe(first);
  });
});

describe("who has no key for the metrics", () => {
  it("is refused alike: unknown, taken back, misshapen, or a person's token, though of an administrator", async () => {
    const token = await administrator();
    const taken = await makeKey(token, "metrics:read");
    expect((await remove(taken.id)).status).toBe(204);
    const tries = [`ek_${"A".repeat(43)}`, taken.key, "ek_short", "not a key at all".replaceAll(" ", "-"), token];
    const answers = [];
    for (const each of tries) {
      const response = await scrape(each, app());
      answers.push([response.status, response.headers.get("www-authenticate"), await response.text()]);
    }
    expect(answers[0]?.[0]).toBe(401);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("cannot bring one in the address or a cookie", async () => {
    const { key } = await makeKey(await administrator(), "metrics:read");
    expect((await call(`/metrics?token=${key}`)).status).toBe(401);
    expect((await call("/metrics", { headers: { cookie: `access_token=${key}` } })).status).toBe(401);
    expect((await scrape(undefined)).status).toBe(401);
  });

  it("is made to wait after many tries from one address", async () => {
    const guessing = app();
    const statuses = [];
    for (let i = 0; i < 61; i += 1) statuses.push((await scrape("ek_guess", guessing)).status);
    expect([statuses[59], statuses[60]]).toEqual([401, 429]);
  });
});

it("a key that is taken back is refused at once here, and within five seconds elsewhere", async () => {
  let now = Date.now();
  const elsewhere = app({ clock: { now: () => now, after: () => () => {} } });
  const { key, id } = await makeKey(await administrator(), "metrics:read");
  expect([(await scrape(key)).status, (await scrape(key, elsewhere)).status]).toEqual([200, 200]);
  await remove(id);
  expect((await scrape(key)).status).toBe(401);
  now += 5_000;
  expect((await scrape(key, elsewhere)).status).toBe(401);
  expect((await remove(id)).status).toBe(404);
});

it("a key needs a name and scopes that exist, each once", async () => {
  const token = await administrator();
  const make = async (body: object) => errorOf(await call("/api/v1/keys", { token, body }));
  expect((await make({ name: "a", scopes: [] })).field).toBe("scopes");
  expect((await make({ name: "a", scopes: ["admin"] })).field).toContain("scopes");
  expect((await make({ name: "a", scopes: ["metrics:read", "metrics:read"] })).field).toBe("scopes");
  expect((await make({ name: " ", scopes: ["metrics:read"] })).field).toBe("name");
});

it("who asks for metrics without a way to them learns nothing of who there is", async () => {
  const { token } = await person();
  expect((await errorOf(await scrape(token))).message).toBe("The key is not valid.");
});
