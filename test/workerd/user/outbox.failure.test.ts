// What a user's object must bring elsewhere arrives, however often the other side fails (security.md §5, reliability.md R11).
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { Grant, Place, Revocation } from "../../../src/auth/logins.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { Mirror } from "../../../src/user/mirror.ts";
import { Revocations } from "../../../src/user/revocations.ts";
import { Sessions } from "../../../src/user/sessions.ts";
import type { UserTables } from "../../../src/user/tables.ts";
import { freshId, inFreshObject, known, TestClock } from "./fixture.ts";

const place = (name: string): Place => ({ kind: "conversation", name });

/** Every wait is over at once. */
const impatient = (clock: TestClock): Clock => ({
  now: clock.now,
  after: (_, fn) => {
    queueMicrotask(fn);
    return () => {};
  },
});

function loggedIn(tables: UserTables, clock: TestClock): { sessions: Sessions; grant: Grant } {
  const sessions = new Sessions(tables, clock);
  const grant = sessions.begin(known(7), "Firefox");
  if (!grant.ok) throw new Error(grant.error.message);
  return { sessions, grant: grant.value };
}

describe("a revocation", () => {
  it("is sent again, less and less often, until its place has answered", () =>
    inFreshObject(async (tables) => {
      const clock = new TestClock();
      const { sessions, grant } = loggedIn(tables, clock);
      sessions.enter(grant, place("1"));
      sessions.end(grant.sid);
      const sent: Revocation[] = [];
      let failures = 8;
      const revocations = new Revocations(tables, clock, async (_, order) => {
        sent.push(order);
        if (failures-- > 0) throw new Error("the object is being moved");
      });
      const waits: number[] = [];
      for (let due = revocations.nextDue(); due !== null; due = revocations.nextDue()) {
        waits.push(due - clock.time);
        clock.time = due;
        await revocations.flush();
      }
      expect(waits).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
      expect(sent).toEqual(Array(9).fill({ user_id: 7, sid: grant.sid, before: 0 }));
    }));

  it("reaches the other places while one does not answer", () =>
    inFreshObject(async (tables) => {
      const clock = new TestClock();
      const { sessions, grant } = loggedIn(tables, clock);
      for (const name of ["1", "stuck", "2", "3", "4", "5"]) sessions.enter(grant, place(name));
      sessions.endAll();
      const reached: string[] = [];
      const revocations = new Revocations(tables, impatient(clock), (to) =>
        to.name === "stuck" ? new Promise(() => {}) : Promise.resolve(void reached.push(to.name)),
      );
      await revocations.flush();
      expect(reached.sort()).toEqual(["1", "2", "3", "4", "5"]);
      expect(tables.dueOrders(clock.time + 60_000, 10).map(({ name }) => name)).toEqual(["stuck"]);
    }));

  it("survives the death of the object between its writing and its sending", async () => {
    const stub = env.USER.getByName(String(freshId()));
    const grant = await stub.begin(known(7), null);
    if (!grant.ok) throw new Error(grant.error.message);
    await runInDurableObject(stub, (_, state) => {
      state.storage.sql.exec(
        "INSERT INTO orders VALUES (1, 'conversation', '900001', ?, 0, 0, ?)",
        grant.value.sid,
        Date.now(),
      );
    });
    await evictDurableObject(stub);
    await stub.profile();
    await vi.waitFor(async () => {
      const left = (_: unknown, state: DurableObjectState) => state.storage.sql.exec("SELECT id FROM orders").toArray();
      expect(await runInDurableObject(stub, left)).toEqual([]);
    }, 5_000);
  });
});

describe("the mirror of sessions in D1", () => {
  it("follows log-in, refresh and end by itself", async () => {
    const id = freshId();
    const stub = env.USER.getByName(String(id));
    const grant = await stub.begin(known(id), "Firefox");
    if (!grant.ok) throw new Error(grant.error.message);
    const row = () =>
      env.DB.prepare("SELECT user_id, device, ended_at FROM login_sessions WHERE sid = ?")
        .bind(grant.value.sid)
        .first();
    await vi.waitFor(
      async () => expect(await row()).toEqual({ user_id: id, device: "Firefox", ended_at: null }),
      5_000,
    );
    await stub.end(grant.value.sid);
    await vi.waitFor(async () => expect(await row()).toMatchObject({ ended_at: expect.any(Number) }), 5_000);
  });

  it("waits while D1 is away and then brings everything, once", () =>
    inFreshObject(async (tables) => {
      const clock = new TestClock();
      const { sessions, grant } = loggedIn(tables, clock);
      let away = 3;
      const written: { sid: string; ended_at: number | null }[] = [];
      const mirror = new Mirror(tables, clock, async (rows) => {
        if (away-- > 0) throw new Error("D1_ERROR: away");
        written.push(...rows.map(({ sid, ended_at }) => ({ sid, ended_at })));
      });
      const waits: number[] = [];
      for (let due = mirror.nextDue(); due !== null; due = mirror.nextDue()) {
        waits.push(due - clock.time);
        clock.time = due;
        await mirror.flush().catch(() => {});
      }
      expect(waits).toEqual([0, 1_000, 2_000, 4_000]);
      expect(written).toEqual([{ sid: grant.sid, ended_at: null }]);
      sessions.end(grant.sid);
      await mirror.flush();
      expect(written).toHaveLength(2);
      expect(mirror.nextDue()).toBeNull();
    }));

  it("keeps a change that came while the row was on its way", () =>
    inFreshObject(async (tables) => {
      const clock = new TestClock();
      const { sessions, grant } = loggedIn(tables, clock);
      const written: (number | null)[] = [];
      const mirror = new Mirror(tables, clock, async ([row]) => {
        if (written.length === 0) sessions.end(grant.sid);
        written.push(row?.ended_at ?? null);
      });
      await mirror.flush();
      expect(written).toEqual([null, clock.time]);
    }));
});

describe("a database that never answers", () => {
  it("is given up after five seconds, and asked again later", () =>
    inFreshObject(async (tables) => {
      const clock = new TestClock();
      loggedIn(tables, clock);
      const mirror = new Mirror(tables, impatient(clock), () => new Promise(() => {}));
      await expect(mirror.flush()).rejects.toThrow("no answer within 5000 ms");
      expect(mirror.nextDue()).toBe(clock.time + 1_000);
    }));
});
