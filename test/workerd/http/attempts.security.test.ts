// How often a wrong password may be tried (security.md §4 "passwords").
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Attempts } from "../../../src/auth/attempts.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { app, call, configured, errorOf, freshName, logIn, PASSWORD, signedUp } from "./client.ts";

const MINUTE = 60_000;
const denied = async () =>
  ({ state: "denied", error: { code: "unauthorized", message: "The user name or password is wrong." } }) as const;
const done = async () => ({ state: "done", value: "in" }) as const;

function world() {
  let now = 1_800_000_000_000;
  const clock = { now: () => now, after: () => () => {} };
  return {
    attempts: () => new Attempts(configured(), clock),
    pass: (ms: number) => {
      now += ms;
    },
    address: crypto.randomUUID(),
  };
}

describe("an account", () => {
  it("takes ten failures in fifteen minutes, then not even the right password", async () => {
    const { attempts, pass } = world();
    const name = freshName();
    const guard = attempts();
    const tried = (attempt: typeof denied | typeof done) =>
      guard.guard<string>(env.DB, name, crypto.randomUUID(), attempt);
    for (let i = 0; i < 10; i++) {
      expect(await tried(denied)).toMatchObject({ error: { code: "unauthorized" } });
      pass(MINUTE / 2);
    }
    expect(await tried(done)).toMatchObject({ error: { code: "rate_limited", retry_after_ms: 10 * MINUTE } });
    pass(10 * MINUTE);
    expect(await tried(done)).toEqual({ ok: true, value: "in" });
  });

  it("is forgiven by the right password", async () => {
    const { attempts } = world();
    const name = freshName();
    const guard = attempts();
    const tried = (attempt: typeof denied | typeof done) =>
      guard.guard<string>(env.DB, name, crypto.randomUUID(), attempt);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 9; i++) await tried(denied);
      expect((await tried(done)).ok).toBe(true);
    }
  });

  it("is the same account in any spelling, after a restart, and for tries side by side", async () => {
    const { attempts } = world();
    const name = freshName();
    const spellings = [name, name.toUpperCase(), ` ${name}`, name];
    for (const spelling of spellings) await attempts().guard(env.DB, spelling, crypto.randomUUID(), denied);
    const guard = attempts();
    let ran = 0;
    await Promise.all(
      Array.from({ length: 50 }, () =>
        guard.guard(env.DB, name, crypto.randomUUID(), () => {
          ran++;
          return denied();
        }),
      ),
    );
    expect(ran).toBe(6);
  });

  it("that nobody has is limited like one that exists", async () => {
    const known = (await signedUp()).user.username;
    const unknown = freshName();
    const guard = new Attempts(configured(), systemClock);
    for (const name of [known, unknown])
      for (let i = 0; i < 9; i++) await guard.guard(env.DB, name, crypto.randomUUID(), denied);
    const tries = async (username: string) => {
      const body = { username, password: "wrong" };
      const headers = { "cf-connecting-ip": crypto.randomUUID() };
      const tenth = await call("/api/v1/auth/login", { body, headers });
      return [tenth.status, (await call("/api/v1/auth/login", { body, headers })).status];
    };
    expect(await tries(known)).toEqual([401, 429]);
    expect(await tries(unknown)).toEqual([401, 429]);
    const refused = await logIn(known, PASSWORD, app());
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(800);
    expect(await errorOf(refused)).toMatchObject({ code: "rate_limited", retry_after_ms: expect.any(Number) });
  });
});

describe("an address", () => {
  it("takes thirty failures a minute over all accounts; successes do not count", async () => {
    const { attempts, address, pass } = world();
    const guard = attempts();
    const tried = (attempt: typeof denied | typeof done) => guard.guard<string>(env.DB, freshName(), address, attempt);
    for (let i = 0; i < 40; i++) expect((await tried(done)).ok).toBe(true);
    for (let i = 0; i < 30; i++) expect(await tried(denied)).toMatchObject({ error: { code: "unauthorized" } });
    expect(await tried(done)).toMatchObject({ error: { code: "rate_limited" } });
    pass(MINUTE);
    expect((await tried(done)).ok).toBe(true);
  });

  it("is what the platform says, whatever a forwarded header says", async () => {
    const statuses: number[] = [];
    const from = crypto.randomUUID();
    for (let i = 0; i < 31; i++) {
      const response = await call("/api/v1/auth/signup", {
        body: { username: "testuser", password: PASSWORD },
        headers: { "cf-connecting-ip": from, "x-forwarded-for": `10.0.0.${i}` },
      });
      statuses.push(response.status);
    }
    expect(statuses).toEqual([...Array(10).fill(409), ...Array(21).fill(429)]);
  });
});

it("neither names nor addresses are stored with the failures", async () => {
  const { attempts, address } = world();
  const name = freshName();
  await attempts().guard(env.DB, name, address, denied);
  const { results } = await env.DB.prepare("SELECT key FROM login_failures").all();
  expect(JSON.stringify(results)).not.toContain(name);
  expect(JSON.stringify(results)).not.toContain(address);
});
