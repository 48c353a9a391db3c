// How often one may ask, and how often one may be refused (security.md §6).
import { beforeAll, expect, it } from "vitest";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { app, call, errorOf, signedUp } from "./client.ts";

const clock = { time: Date.now(), now: () => clock.time, after: () => () => {} };
let token: string;

beforeAll(async () => {
  token = (await signedUp()).access_token;
});

it("a user has 600 requests a minute; one more is told when to come back, and then let in", async () => {
  const other = (await signedUp()).access_token;
  const own = app({ clock });
  for (let n = 0; n < LIMITS.requestsPerMinute; n++) await (await call("/api/v1/me", { token }, own)).body?.cancel();
  const refused = await call("/api/v1/me", { token }, own);
  expect(refused.status).toBe(429);
  const error = await errorOf(refused);
  expect(error.code).toBe("rate_limited");
  expect((await call("/api/v1/me", { token: other }, own)).status).toBe(200);
  clock.time += error.retry_after_ms ?? 0;
  expect((await call("/api/v1/me", { token }, own)).status).toBe(200);
});

it("a user has 60 searches a minute, and goes on with everything else meanwhile", async () => {
  const own = app({ clock });
  const search = () => call("/api/v1/search?q=tea", { token }, own);
  for (let n = 0; n < LIMITS.searchesPerMinute; n++) expect((await search()).status).toBe(200);
  const refused = await search();
  expect(refused.status).toBe(429);
  const error = await errorOf(refused);
  expect(error).toMatchObject({ code: "rate_limited", message: "You are searching too often." });
  expect((await call("/api/v1/me", { token }, own)).status).toBe(200);
  clock.time += error.retry_after_ms ?? 0;
  expect((await search()).status).toBe(200);
});

it("an address with 60 refused handshakes has to wait, and still gets in with a good token", async () => {
  const own = app({ clock });
  const events = (bearer: string) => call("/api/v1/conversations/1/events", { token: bearer }, own);
  for (let n = 0; n < LIMITS.refusedHandshakesPerMinute; n++) expect((await events("nonsense")).status).toBe(401);
  expect((await events("nonsense")).status).toBe(429);
  expect((await events(token)).status).toBe(404);
});
