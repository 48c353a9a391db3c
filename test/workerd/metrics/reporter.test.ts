// How an isolate's counts reach D1: gathered, in one batch, also when traffic stops, and once though an answer is lost.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Reporter } from "../../../src/http/reporter.ts";
import { metricTotals } from "../../../src/store/metric-history.ts";
import { FakeClock } from "../conversation/rig.ts";
import { app, call } from "../http/client.ts";

const NAME = "edgewise_messages_total";
const total = async (name = NAME) => (await metricTotals(env.DB, 0)).get(name) ?? 0;

beforeEach(async () => {
  for (const table of ["metrics", "metric_totals", "metric_sources"]) await env.DB.exec(`DELETE FROM ${table}`);
});

class Rig {
  clock = new FakeClock();
  reporter = new Reporter(this.clock);
  kept: Promise<unknown>[] = [];
  batches = 0;
  /** What becomes of a batch. */
  fate: (write: () => Promise<unknown>) => Promise<unknown> = (write) => write();

  db = new Proxy(env.DB, {
    get: (target, name) => {
      if (name === "batch")
        return (statements: D1PreparedStatement[]) => {
          this.batches += 1;
          return this.fate(() => target.batch(statements));
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

  /** A request that counted one. */
  request(): void {
    this.reporter.meter.count(NAME);
    this.reporter.touched({ waitUntil: (promise) => void this.kept.push(promise) }, this.db);
  }

  pass = (ms: number) => this.clock.advance(ms, () => new Promise((resolve) => setTimeout(resolve, 5)));
  done = () => Promise.all(this.kept);
}

describe("an isolate", () => {
  it("gathers the requests of five seconds into one batch, and then keeps nothing alive", async () => {
    const rig = new Rig();
    for (let i = 0; i < 20; i += 1) {
      rig.request();
      await rig.pass(200);
    }
    expect([rig.batches, rig.kept.length]).toEqual([0, 1]);
    await rig.pass(1_100);
    await rig.done();
    expect(await total()).toBe(20);
    expect(rig.batches).toBe(2); // the report, and once an hour what prunes
    expect(rig.clock.timers).toEqual([]);
  });

  it("leaves nothing behind that was counted while a batch was under way", async () => {
    const rig = new Rig();
    rig.request();
    let arrive = () => {};
    rig.fate = (write) => new Promise((resolve) => (arrive = () => resolve(write())));
    await rig.pass(5_000);
    rig.request();
    rig.fate = (write) => write();
    arrive();
    await rig.pass(6_000);
    await rig.done();
    expect(await total()).toBe(2);
    expect(rig.reporter.meter.empty).toBe(true);
  });

  it("counts once what D1 took though its answer was lost", async () => {
    const rig = new Rig();
    rig.request();
    rig.fate = async (write) => {
      await write();
      rig.fate = (next) => next();
      throw new Error("D1_ERROR: Network connection lost.");
    };
    await rig.pass(5_000);
    rig.request();
    await rig.pass(20_000);
    await rig.done();
    expect(await total()).toBe(2);
  });

  it("keeps its counts while D1 is away, gives no request up for that, and brings all when D1 is back", async () => {
    const rig = new Rig();
    rig.fate = async () => {
      throw new Error("D1_ERROR: away");
    };
    for (let minute = 0; minute < 30; minute += 1) {
      rig.request();
      await rig.pass(60_000);
    }
    await rig.done();
    expect(rig.clock.timers).toEqual([]);
    rig.fate = (write) => write();
    rig.request();
    await rig.pass(6_000);
    await rig.done();
    expect(await total()).toBe(31);
  });

  it("begins anew when the request that carried its counts was torn down", async () => {
    const rig = new Rig();
    rig.request();
    rig.clock.timers = [];
    await rig.pass(31_000);
    rig.request();
    await rig.pass(6_000);
    await rig.kept.at(-1);
    expect(await total()).toBe(2);
  });
});

it("every answer is counted by its status, and timed", async () => {
  const clock = new FakeClock();
  const fetch = app({ clock });
  await call("/healthz", {}, fetch);
  await call("/api/v1/me", {}, fetch);
  await call("/api/v1/none", {}, fetch);
  const requests = (status: number) => total(`edgewise_http_requests_total{status="${status}"}`);
  await clock.advance(5_000, () => new Promise((resolve) => setTimeout(resolve, 5)));
  await expect.poll(() => Promise.all([200, 401, 404].map(requests))).toEqual([1, 1, 1]);
  expect(await total('edgewise_http_request_seconds_bucket{le="0.005"}')).toBe(3);
});
