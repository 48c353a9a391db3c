// What a conversation counts rides with what it brings to D1 anyway: no batch a token, no timer that wakes it for nothing.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { metricTotals } from "../../../src/store/metric-history.ts";
import { conversation, scripted } from "../conversation/conversation.ts";
import { type Hosted, inHosted } from "../conversation/hosted.ts";
import { person } from "../conversation/people.ts";
import { ADA, finish, says } from "../conversation/rig.ts";
import { open } from "../conversation/socket.ts";

const reports = (hosted: Hosted) => hosted.batches.flatMap(({ measures }) => measures.report ?? []);
const counted = (hosted: Hosted) =>
  hosted.batches.flatMap(({ measures }) => measures.events.map(({ name, value }) => [name, value]));

let keys = 0;
const ask = (hosted: Hosted, answer = true) =>
  hosted.conversation.room.asking.send(ADA, { client_id: `k${keys++}`, content: "Hi", answer });

/** D1 has all, and the batches from now on are looked at. */
const settled = async (hosted: Hosted) => {
  await hosted.pass(120_000);
  hosted.batches = [];
};

describe("a turn", () => {
  it("is counted in the two batches that it makes anyway", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      hosted.attempts = [says(...Array.from({ length: 200 }, (_, i) => `word ${i} `), finish())];
      ask(hosted);
      await hosted.pass(60_000);
      expect(hosted.batches.length).toBeLessThanOrEqual(3);
      expect(counted(hosted)).toEqual([
        ["edgewise_messages_total", 1],
        ['edgewise_answers_total{state="finished"}', 1],
        ['edgewise_first_token_seconds_bucket{le="0.1"}', 1],
        ["edgewise_first_token_seconds_sum", expect.any(Number)],
        ['edgewise_tokens_total{kind="prompt"}', 3],
        ['edgewise_tokens_total{kind="completion"}', 2],
      ]);
      expect(reports(hosted)).toEqual([]);
      expect(hosted.alarm.at).toBeNull();
    }));

  it("that failed counts as failed, and has no first token", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      hosted.attempts = [says(new Error("a bug")), says("never")];
      ask(hosted);
      await hosted.pass(60_000);
      expect(counted(hosted)).toContainEqual(['edgewise_answers_total{state="failed"}', 1]);
      expect(counted(hosted).flat()).not.toContain("edgewise_first_token_seconds_sum");
    }));

  it("tells how many events waited for D1, and how long the oldest of them", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      for (let i = 0; i < 3; i += 1) ask(hosted, false);
      await hosted.pass(2_000);
      expect(hosted.batches.map(({ measures }) => measures.peaks.map(({ name, value }) => [name, value]))).toEqual([
        [
          ["edgewise_outbox_depth", 3],
          ["edgewise_outbox_lag_seconds", 0.8],
        ],
      ]);
    }));

  it("is counted in the minute in which it was, though D1 was away for an hour", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      const minute = Math.floor(hosted.clock.time / 60_000);
      hosted.mirror = async () => {
        throw new Error("D1_ERROR: away");
      };
      ask(hosted, false);
      await hosted.pass(3_600_000);
      hosted.mirror = async () => {};
      await hosted.pass(60_000);
      expect(hosted.batches[0]?.measures.events).toMatchObject([{ minute, name: "edgewise_messages_total" }]);
      expect(hosted.batches[0]?.measures.peaks[1]?.value).toBeGreaterThan(3_500);
    }));
});

describe("who is connected", () => {
  it("is told before the object would sleep when nothing else happens, in one batch, and then nothing wakes it", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      await hosted.watch();
      await hosted.watch();
      await hosted.pass(9_000);
      expect(reports(hosted)).toMatchObject([{ source: "conversation/7", connections: 2 }]);
      const expiry = hosted.alarm.at; // of the logins, an hour and more away
      await hosted.pass(600_000);
      expect([hosted.batches.length, hosted.alarm.at]).toEqual([1, expiry]);
    }));

  it("is not told of those who come and go at once, as a page that is loaded again", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      const stream = await hosted.watch();
      await hosted.pass(3_000);
      await stream.leave();
      await hosted.pass(120_000);
      expect(hosted.batches).toEqual([]);
      expect(hosted.alarm.at).toBeNull();
    }));

  it("rides with what else is told", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      await hosted.watch();
      ask(hosted, false);
      await hosted.pass(2_000);
      expect(hosted.batches).toHaveLength(1);
      expect(reports(hosted)).toMatchObject([{ connections: 1 }]);
      await hosted.pass(120_000);
      expect(hosted.batches).toHaveLength(1);
    }));

  it("is told anew by the process after a death, and only when that is different", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      await hosted.watch();
      await hosted.pass(60_000);
      hosted.batches = [];
      hosted.start(); // nobody has outlived it
      await hosted.pass(60_000);
      expect(reports(hosted)).toMatchObject([{ connections: 0 }]);
      hosted.batches = [];
      hosted.start();
      await hosted.pass(600_000);
      expect(hosted.batches).toEqual([]);
    }));

  it("is told with the same report until D1 has answered", () =>
    inHosted(async (hosted) => {
      await settled(hosted);
      const sent: number[] = [];
      const mirror = hosted.mirror;
      await hosted.watch();
      hosted.mirror = async () => {
        sent.push(hosted.clock.time);
        throw new Error("the answer was lost");
      };
      await hosted.pass(70_000);
      await hosted.watch();
      await hosted.pass(70_000);
      hosted.mirror = mirror;
      await hosted.pass(120_000);
      expect(sent.length).toBeGreaterThan(2);
      const [first, second] = reports(hosted);
      expect([first?.connections, second?.connections]).toEqual([1, 2]);
      expect(first?.at).toBe(sent[0]);
      expect(second?.at).toBeGreaterThan(first?.at ?? 0);
    }));
});

describe("in D1", () => {
  beforeEach(async () => {
    for (const table of ["metrics", "metric_totals", "metric_sources"]) await env.DB.exec(`DELETE FROM ${table}`);
  });
  const totals = async () => Object.fromEntries(await metricTotals(env.DB, Date.now()));

  it("are a conversation's messages, answers, tokens, refusals and connections", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    await socket.command({ type: "turn.cancel", turn_id: 99 });
    await socket.command({ type: "message.send", client_id: "", content: "no" });
    await socket.say("Hi", { model: scripted("Hello") });
    await socket.event("turn.finished");
    await expect.poll(totals, { timeout: 4_500 }).toMatchObject({
      edgewise_connections: 1,
      edgewise_messages_total: 1,
      'edgewise_answers_total{state="finished"}': 1,
      'edgewise_tokens_total{kind="completion"}': expect.any(Number),
      edgewise_first_token_seconds_sum: expect.any(Number),
      'edgewise_refusals_total{code="not_found"}': 1,
      'edgewise_refusals_total{code="invalid"}': 1,
    });
  });

  it("an erased conversation has no connections", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    await socket.say("Hi", { answer: false });
    await expect.poll(totals, { timeout: 4_500 }).toMatchObject({ edgewise_connections: 1 });
    await env.CONVERSATION.getByName(String(id)).erase(ada.principal);
    await expect.poll(totals, { timeout: 4_500 }).toMatchObject({ edgewise_connections: 0 });
  });
});
