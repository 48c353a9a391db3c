// The rules of logins: refresh tokens are used once, endings end, and nothing is written for nobody (security.md §4, §5).
import { describe, expect, it } from "vitest";
import { endsLogin, type Grant, type Place } from "../../../src/auth/logins.ts";
import type { Outcome } from "../../../src/protocol/errors.ts";
import { Sessions } from "../../../src/user/sessions.ts";
import type { UserTables } from "../../../src/user/tables.ts";
import { inFreshObject, known, START, TestClock } from "./fixture.ts";

const DAY = 24 * 60 * 60 * 1000;
const ada = known(7);
const place = (name: string): Place => ({ kind: "conversation", name });

interface World {
  sessions: Sessions;
  tables: UserTables;
  clock: TestClock;
  begin: () => Grant;
  stands: (grant: Grant) => boolean;
  orders: () => { name: string; sid: string | null; before: number }[];
}

const given = (name: string, story: (world: World) => void) =>
  it(name, () =>
    inFreshObject((tables) => {
      const clock = new TestClock();
      const sessions = new Sessions(tables, clock);
      story({
        sessions,
        tables,
        clock,
        begin: () => value(sessions.begin(ada, "Firefox")),
        stands: ({ sid, iat }) => sessions.check({ sid, iat }).ok,
        orders: () => tables.dueOrders(clock.now(), 100).map(({ name, sid, before }) => ({ name, sid, before })),
      });
    }),
  );

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

function refreshed(sessions: Sessions, token: string, requestId: string | null = null): Grant {
  const result = sessions.refresh(token, requestId);
  if (result.state !== "refreshed") throw new Error(`refresh was ${result.state}`);
  return result.grant;
}

describe("a session", () => {
  given("stands from log-in on, with the user as D1 knew it", ({ sessions, begin }) => {
    const { sid, iat } = begin();
    const identity = { user_id: 7, username: "ada", name: "Ada", role: "member" };
    expect(sessions.check({ sid, iat })).toEqual({ ok: true, value: identity });
    expect(sessions.profile()).toEqual(ada);
  });

  given("of somebody else, or of nobody, does not stand", ({ sessions, begin }) => {
    expect(sessions.check({ sid: "x", iat: 0 }).ok).toBe(false);
    begin();
    expect(sessions.check({ sid: "x", iat: 0 }).ok).toBe(false);
  });

  given("ends 30 days after log-in, however often it was refreshed", ({ sessions, clock, begin, stands }) => {
    let grant = begin();
    clock.time += 29 * DAY;
    grant = refreshed(sessions, grant.refresh_token);
    expect(stands(grant)).toBe(true);
    clock.time += DAY;
    expect(stands(grant)).toBe(false);
    expect(sessions.refresh(grant.refresh_token, null)).toEqual({ state: "refused" });
  });

  given("is listed with its device and last use, newest first", ({ sessions, clock, begin }) => {
    const first = begin();
    clock.time += 10 * 60_000;
    const second = begin();
    sessions.check(first);
    expect(sessions.list().map(({ sid, device }) => [sid, device])).toEqual([
      [second.sid, "Firefox"],
      [first.sid, "Firefox"],
    ]);
    expect(sessions.list()[1]).toMatchObject({
      created_at: new Date(START).toISOString(),
      last_used_at: new Date(clock.time).toISOString(),
    });
  });
});

describe("a refresh token", () => {
  given("is used once, and its successor takes over", ({ sessions, begin, stands }) => {
    const first = begin();
    const second = refreshed(sessions, first.refresh_token);
    expect(second.sid).toBe(first.sid);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const third = refreshed(sessions, second.refresh_token);
    expect(stands(third)).toBe(true);
  });

  given("used twice ends every login of the user", ({ sessions, begin, stands, clock }) => {
    const other = begin();
    const first = begin();
    const second = refreshed(sessions, first.refresh_token);
    clock.time += 60_000;
    expect(sessions.refresh(first.refresh_token, null)).toEqual({ state: "reused", sid: first.sid });
    expect(stands(second)).toBe(false);
    expect(stands(other)).toBe(false);
    expect(sessions.refresh(second.refresh_token, null)).toEqual({ state: "refused" });
  });

  given("repeated by the same request within 10 s gets the same pair", ({ sessions, begin, clock, stands }) => {
    const first = begin();
    const second = refreshed(sessions, first.refresh_token, "request-1");
    clock.time += 10_000;
    expect(refreshed(sessions, first.refresh_token, "request-1")).toEqual(second);
    expect(stands(second)).toBe(true);
  });

  given("repeated by the same request after 10 s is a reuse", ({ sessions, begin, clock }) => {
    const { refresh_token } = begin();
    refreshed(sessions, refresh_token, "request-1");
    clock.time += 10_001;
    expect(sessions.refresh(refresh_token, "request-1").state).toBe("reused");
  });

  given("repeated by another request within 10 s is a reuse", ({ sessions, begin }) => {
    const { refresh_token } = begin();
    refreshed(sessions, refresh_token, "request-1");
    expect(sessions.refresh(refresh_token, "request-2").state).toBe("reused");
  });

  given("repeated without naming a request is a reuse", ({ sessions, begin }) => {
    const { refresh_token } = begin();
    refreshed(sessions, refresh_token);
    expect(sessions.refresh(refresh_token, null).state).toBe("reused");
  });

  given("whose successor is already used is a reuse, even by the same request", ({ sessions, begin }) => {
    const { refresh_token } = begin();
    const second = refreshed(sessions, refresh_token, "request-1");
    refreshed(sessions, second.refresh_token, "request-2");
    expect(sessions.refresh(refresh_token, "request-1").state).toBe("reused");
  });

  given("that nobody gave out changes nothing", ({ sessions, begin, stands }) => {
    const grant = begin();
    expect(sessions.refresh(`7.${"A".repeat(43)}`, null)).toEqual({ state: "refused" });
    expect(stands(grant)).toBe(true);
  });

  it("is not in the storage", () =>
    inFreshObject((tables, storage) => {
      const sessions = new Sessions(tables, new TestClock());
      const first = value(sessions.begin(ada, null));
      const second = refreshed(sessions, first.refresh_token, "request-1");
      const rows = ["profile", "sessions", "spent_tokens"].flatMap((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      );
      for (const { refresh_token } of [first, second]) {
        expect(JSON.stringify(rows)).not.toContain(refresh_token);
        expect(JSON.stringify(rows)).not.toContain(refresh_token.split(".")[1]);
      }
    }));
});

describe("an ending", () => {
  given("of one session leaves the others", ({ sessions, begin, stands }) => {
    const one = begin();
    const other = begin();
    expect(sessions.end(one.sid)).toBe(true);
    expect(stands(one)).toBe(false);
    expect(stands(other)).toBe(true);
    expect(sessions.refresh(one.refresh_token, null)).toEqual({ state: "refused" });
    expect(sessions.end(one.sid)).toBe(false);
  });

  given("of the others leaves one's own", ({ sessions, begin, stands }) => {
    const [one, other] = [begin(), begin()];
    sessions.endOthers(one.sid);
    expect([stands(one), stands(other)]).toEqual([true, false]);
  });

  given("of all ends outside logins issued until now, and none issued later", ({ sessions, begin, stands, clock }) => {
    const mine = begin();
    const second = Math.floor(clock.now() / 1000);
    expect(sessions.check({ sid: null, iat: second }).ok).toBe(true);
    sessions.endAll();
    expect(stands(mine)).toBe(false);
    expect(sessions.check({ sid: null, iat: second }).ok).toBe(false);
    expect(sessions.check({ sid: null, iat: 0 }).ok).toBe(false);
    expect(sessions.check({ sid: null, iat: second + 1 }).ok).toBe(true);
  });

  given("of all does not reach a log-in right after it, in the same second", ({ sessions, begin, stands, orders }) => {
    const before = begin();
    sessions.enter(before, place("1"));
    sessions.endAll();
    const after = begin();
    expect(stands(after)).toBe(true);
    expect(orders()).toEqual([{ name: "1", sid: null, before: after.iat }]);
  });

  given("comes with being disabled, which also stops new log-ins", ({ sessions, begin, stands }) => {
    const grant = begin();
    sessions.enrol({ ...ada, disabled: true });
    expect(stands(grant)).toBe(false);
    expect(sessions.begin({ ...ada, disabled: true }, null).ok).toBe(false);
    expect(sessions.check({ sid: null, iat: grant.iat + 1000 }).ok).toBe(false);
  });
});

describe("the places where a user is connected", () => {
  given("are told of the end of exactly the sessions that are there", ({ sessions, begin, orders }) => {
    const [one, other] = [begin(), begin()];
    sessions.enter(one, place("1"));
    sessions.enter(one, place("2"));
    sessions.enter(other, place("2"));
    sessions.end(one.sid);
    expect(orders()).toEqual([
      { name: "1", sid: one.sid, before: 0 },
      { name: "2", sid: one.sid, before: 0 },
    ]);
  });

  given(
    "are told of the end of every login, of those between two endings in one second too",
    ({ sessions, begin, orders }) => {
      begin();
      sessions.endAll();
      const between = begin();
      sessions.enter(between, place("1"));
      sessions.endAll();
      expect(orders().map((order) => endsLogin(order, between))).toEqual([true]);
      const after = begin();
      expect(orders().map((order) => endsLogin(order, after))).toEqual([false]);
    },
  );

  given("are not written down for a login that is refused", ({ sessions, begin, orders }) => {
    begin();
    expect(sessions.enter({ sid: "x", iat: 0 }, place("1")).ok).toBe(false);
    sessions.endAll();
    expect(orders()).toEqual([]);
  });

  given(
    "are forgotten when left, but not while another socket may be arriving",
    ({ sessions, begin, orders, clock }) => {
      const grant = begin();
      sessions.enter(grant, place("1"));
      sessions.enter(grant, place("2"));
      sessions.leave(place("2"));
      clock.time += 60_000;
      sessions.enter(grant, place("2"));
      sessions.leave(place("1"));
      sessions.leave(place("2"));
      sessions.end(grant.sid);
      expect(orders().map(({ name }) => name)).toEqual(["2"]);
    },
  );
});

it("an object whose user was never enrolled refuses everything and writes nothing", () =>
  inFreshObject((tables, storage) => {
    const sessions = new Sessions(tables, new TestClock());
    expect(sessions.check({ sid: null, iat: 9e9 }).ok).toBe(false);
    expect(sessions.enter({ sid: "x", iat: 0 }, place("1")).ok).toBe(false);
    expect(sessions.refresh(`7.${"A".repeat(43)}`, "r")).toEqual({ state: "refused" });
    expect(sessions.end("x")).toBe(false);
    expect(sessions.list()).toEqual([]);
    expect(sessions.profile()).toBeNull();
    sessions.leave(place("1"));
    sessions.endAll();
    sessions.endOthers(null);
    expect(
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    ).toEqual([]);
  }));
