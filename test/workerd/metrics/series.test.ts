// What the charts of administrators are drawn from: GET /api/v1/admin/metrics.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { observation, type Sample } from "../../../src/lib/meter.ts";
import { type LabelledCounter, labelled, minuteOf } from "../../../src/lib/metrics.ts";
import { MetricsAnswer } from "../../../src/protocol/admin.ts";
import { recordReport } from "../../../src/store/metrics.ts";
import { administrator } from "../http/admin.ts";
import { app, call, errorOf } from "../http/client.ts";

const HOUR = 3_600_000;
/** Half past some hour: soon, since tokens are given at the real time. */
const HALF_PAST = (Math.floor(Date.now() / HOUR) + 1) * HOUR + HOUR / 2;
const NOW = HALF_PAST + 20_000;
const at = (minutes: number) => new Date(HALF_PAST + minutes * 60_000).toISOString();
const fetch = app({ clock: { now: () => NOW, after: () => () => {} } });
const path = "/api/v1/admin/metrics";

const ask = async (query = "") => {
  const response = await call(`${path}?${query}`, { token: await administrator() }, fetch);
  return response.ok ? MetricsAnswer.parse(await response.json()).slots : Promise.reject(await errorOf(response));
};
const tell = (samples: Sample[], connections = 0) =>
  recordReport(env.DB, { source: "test", at: NOW, connections, samples });
const minutesAgo = (ago: number) => minuteOf(NOW) - ago;
const labelledSample = (name: LabelledCounter, label: string, value: number, ago = 0): Sample => ({
  ...{ minute: minutesAgo(ago), name: labelled(name, label), value },
});

beforeEach(async () => {
  for (const table of ["metrics", "metric_totals", "metric_sources"]) await env.DB.exec(`DELETE FROM ${table}`);
});

describe("the series", () => {
  it("are of the last hour by minutes, empty where nothing happened", async () => {
    const slots = await ask();
    expect([slots.length, slots[0]?.at, slots.at(-1)?.at]).toEqual([61, at(-60), at(0)]);
    expect(slots[7]).toEqual({
      ...{
        at: at(-53),
        connections: null,
        messages: 0,
        requests: 0,
        failed_requests: 0,
        limited: 0,
      },
      ...{ answers: 0, failed_answers: 0, response_ms: null, first_token_ms: null, prompt_tokens: 0 },
      ...{ completion_tokens: 0, logins_ended: 0, outbox_depth: 0, outbox_lag_ms: 0 },
    });
  });

  it("tell what was counted in each slot", async () => {
    const fast = Array.from({ length: 19 }, () => observation("edgewise_http_request_seconds", 4)).flat();
    const slow = observation("edgewise_http_request_seconds", 2_000);
    await tell(
      [
        { minute: minutesAgo(1), name: "edgewise_messages_total", value: 12 },
        labelledSample("edgewise_http_requests_total", "200", 90, 1),
        labelledSample("edgewise_http_requests_total", "429", 4, 1),
        labelledSample("edgewise_http_requests_total", "503", 6, 1),
        labelledSample("edgewise_refusals_total", "rate_limited", 3, 1),
        labelledSample("edgewise_refusals_total", "invalid", 5, 1),
        labelledSample("edgewise_answers_total", "finished", 7, 1),
        labelledSample("edgewise_answers_total", "failed", 2, 1),
        labelledSample("edgewise_answers_total", "cancelled", 1, 1),
        labelledSample("edgewise_tokens_total", "prompt", 1_000, 1),
        labelledSample("edgewise_tokens_total", "completion", 300, 1),
        ...[...fast, ...slow].map((sample) => ({ ...sample, minute: minutesAgo(1) })),
      ],
      17,
    );
    const slots = await ask();
    expect(slots.at(-2)).toMatchObject({
      ...{ messages: 12, requests: 100, failed_requests: 6, limited: 7, answers: 10, failed_answers: 2 },
      ...{ prompt_tokens: 1_000, completion_tokens: 300, first_token_ms: null },
    });
    expect(slots.at(-2)?.response_ms?.p50).toBeLessThan(5);
    expect(slots.at(-2)?.response_ms?.p95).toBeLessThanOrEqual(5);
    expect([slots.at(-2)?.connections, slots.at(-1)?.connections]).toEqual([null, 17]);
  });

  it("have slots that begin at multiples of the step, over the time asked for", async () => {
    await tell([{ minute: minutesAgo(31), name: "edgewise_messages_total", value: 1 }]);
    const slots = await ask(`from=${at(-80)}&to=${at(-20)}&step=1800`);
    expect(slots.map((slot) => [slot.at, slot.messages])).toEqual([
      [at(-90), 0],
      [at(-60), 1],
      [at(-30), 0],
    ]);
  });

  it.each([
    ["from=yesterday", "from"],
    ["step=61", "step"],
    ["step=30", "step"],
    [`from=${at(0)}&to=${at(-60)}`, "to"],
    ["from=2020-01-01T00:00:00Z", "step"],
  ])("refuse %s", async (query, field) => {
    await expect(ask(query)).rejects.toMatchObject({ code: "invalid", field });
  });
});
