// The metrics in D1: counted once however often a batch comes, the gauge a sum over all who tell, old minutes gone.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { minuteOf } from "../../../src/lib/metrics.ts";
import { mirrorSessions } from "../../../src/store/login-sessions.ts";
import { metricSlots, metricTotals } from "../../../src/store/metric-history.ts";
import {
  forgetSource,
  type Measures,
  measureStatements,
  pruneMetrics,
  type Report,
  recordReport,
} from "../../../src/store/metrics.ts";

const AT = 1_800_000_000_000;
const MINUTE = minuteOf(AT);
const DAY = 24 * 3_600_000;
const NAME = "edgewise_messages_total";

beforeEach(async () => {
  for (const table of ["metrics", "metric_totals", "metric_sources"]) await env.DB.exec(`DELETE FROM ${table}`);
});

const report = (more: Partial<Report> = {}): Report => ({
  ...{ source: "a", at: AT, connections: null, samples: [{ minute: MINUTE, name: NAME, value: 2 }] },
  ...more,
});
const connected = (source: string, connections: number, at = AT) =>
  recordReport(env.DB, { source, at, connections, samples: [] });
const total = async (name: string, now = AT) => (await metricTotals(env.DB, now)).get(name) ?? 0;
const minute = async (at = AT) => (await metricSlots(env.DB, minuteOf(at), minuteOf(at) + 1, 1))[0];

describe("a report", () => {
  it("is added to its minute and to the total", async () => {
    await recordReport(env.DB, report());
    await recordReport(env.DB, report({ at: AT + 1 }));
    expect((await minute())?.sums.get(NAME)).toBe(4);
    expect(await total(NAME)).toBe(4);
  });

  it("that comes twice, because its answer was lost, is counted once", async () => {
    for (let i = 0; i < 3; i += 1) await recordReport(env.DB, report({ connections: 3 }));
    expect([await total(NAME), await total("edgewise_connections")]).toEqual([2, 3]);
  });

  it("that comes late, after a newer one, changes nothing", async () => {
    await recordReport(env.DB, report({ at: AT + 10, connections: 1 }));
    await recordReport(env.DB, report({ at: AT, connections: 5 }));
    expect([await total(NAME), await total("edgewise_connections")]).toEqual([2, 1]);
    await recordReport(env.DB, report({ at: AT + 10, connections: 1 }));
    expect([await total(NAME), await total("edgewise_connections")]).toEqual([2, 1]);
  });

  it("of one source says nothing of another's", async () => {
    await recordReport(env.DB, report({ source: "a", at: AT + 10 }));
    await recordReport(env.DB, report({ source: "b", at: AT }));
    expect(await total(NAME)).toBe(4);
  });
});

describe("events", () => {
  const CONVERSATION = 77;
  const bring = async (seqs: number[], reached: number) => {
    const measures: Measures = {
      events: seqs.map((seq) => ({ seq, minute: MINUTE, name: NAME, value: 1 })),
      peaks: [],
      report: null,
    };
    await env.DB.batch([
      ...measureStatements(env.DB, CONVERSATION, measures),
      env.DB.prepare("UPDATE conversations SET seq = max(seq, ?) WHERE id = ?").bind(reached, CONVERSATION),
    ]);
  };
  beforeEach(async () => {
    await env.DB.prepare(
      "INSERT OR REPLACE INTO conversations (id, kind, created_by, created_at, active_at) VALUES (?, 'chat', 1, 0, 0)",
    )
      .bind(CONVERSATION)
      .run();
  });

  it("are counted once, though a later batch brings some of them again", async () => {
    await bring([1, 2, 3], 3);
    await bring([1, 2, 3, 4, 5], 5);
    await bring([1, 2, 3], 3);
    expect([await total(NAME), (await minute())?.sums.get(NAME)]).toEqual([5, 5]);
  });

  it("of a conversation that was erased are not counted any more", async () => {
    await bring([1], 1);
    await env.DB.prepare("DELETE FROM conversations WHERE id = ?").bind(CONVERSATION).run();
    await bring([2], 2);
    expect(await total(NAME)).toBe(1);
  });
});

describe("the connections of a minute", () => {
  it("are the sum over all who told, at the minute's end", async () => {
    await connected("a", 3);
    await connected("b", 2, AT + 1);
    await connected("a", 1, AT + 2);
    expect((await minute())?.connections).toBe(3);
    expect(await total("edgewise_connections")).toBe(3);
  });

  it("stay as they were while nobody tells anything else", async () => {
    await connected("a", 3);
    const slots = await metricSlots(env.DB, MINUTE - 1, MINUTE + 6, 2);
    expect(slots.map(({ connections }) => connections)).toEqual([3, 3, 3, 3]);
    expect((await metricSlots(env.DB, MINUTE + 100, MINUTE + 101, 1))[0]?.connections).toBe(3);
    expect((await metricSlots(env.DB, MINUTE - 9, MINUTE - 8, 1))[0]?.connections).toBeNull();
  });

  it("of an object that was killed heal within a day", async () => {
    await connected("killed", 5);
    await connected("alive", 2, AT + DAY);
    await pruneMetrics(env.DB, AT + DAY + 60_000);
    expect(await total("edgewise_connections")).toBe(2);
    expect((await minute(AT + DAY + 60_000))?.connections).toBe(2);
    await connected("killed", 1, AT + DAY + 60_001);
    expect(await total("edgewise_connections")).toBe(3);
  });

  it("of a conversation that is erased are gone, also when that is done twice", async () => {
    await connected("a", 3);
    await connected("b", 2);
    for (let i = 0; i < 2; i += 1) await env.DB.batch(forgetSource(env.DB, "a"));
    expect(await total("edgewise_connections")).toBe(2);
  });
});

it("of a gauge's peaks a minute keeps the highest, and a scrape sees the latest minutes only", async () => {
  const peak = (value: number) => ({
    ...{ events: [], report: null, peaks: [{ minute: MINUTE, name: "edgewise_outbox_depth", value }] },
  });
  for (const value of [3, 40, 7]) await env.DB.batch(measureStatements(env.DB, 1, peak(value)));
  expect((await minute())?.peaks.get("edgewise_outbox_depth")).toBe(40);
  expect(await total("edgewise_outbox_depth")).toBe(40);
  expect(await total("edgewise_outbox_depth", AT + 120_000)).toBe(0);
});

it("minutes go after thirty days, and no total falls by that", async () => {
  await recordReport(env.DB, report());
  await pruneMetrics(env.DB, AT + 30 * DAY - 60_000);
  expect((await minute())?.sums.get(NAME)).toBe(2);
  await pruneMetrics(env.DB, AT + 30 * DAY + 60_000);
  expect((await minute())?.sums.get(NAME)).toBeUndefined();
  expect(await total(NAME)).toBe(2);
});

it("minutes add up to the slots that were asked for", async () => {
  const samples = [0, 1, 2, 5].map((later) => ({ minute: MINUTE + later, name: NAME, value: 1 + later }));
  await recordReport(env.DB, report({ samples }));
  const slots = await metricSlots(env.DB, MINUTE, MINUTE + 7, 3);
  expect(slots.map(({ minute: begins, sums }) => [begins - MINUTE, sums.get(NAME) ?? 0])).toEqual([
    [0, 6],
    [3, 6],
    [6, 0],
  ]);
});

it("a login that ends is counted once, however often its row comes", async () => {
  const session = { sid: "s1", user_id: 1, device: null, created_at: AT, used_at: AT, expires_at: AT, ended_at: null };
  const ended = { ...session, ended_at: AT };
  for (const row of [session, ended, ended, session]) await mirrorSessions(env.DB, [row]);
  await mirrorSessions(env.DB, [ended, { ...ended, sid: "s2" }]);
  expect(await total("edgewise_logins_ended_total")).toBe(2);
});
