// Every committed event reaches D1, in order, its effect once, however often D1 fails (R11, R14).
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Attempt, Message, Turn } from "../../../src/protocol/entities.ts";
import { type Change, mirror } from "../../../src/store/mirror.ts";
import { conversation, objectOf, scripted } from "./conversation.ts";
import { type Hosted, inHosted } from "./hosted.ts";
import { person } from "./people.ts";
import { ADA, finish, principal, says, UNMEASURED } from "./rig.ts";
import { open } from "./socket.ts";

let keys = 0;
const say = (hosted: Hosted, content = "Hi") =>
  hosted.conversation.room.asking.send(ADA, { client_id: `k${keys++}`, content, answer: false });
const seqsOf = (hosted: Hosted) =>
  hosted.batches.flatMap(({ changes }) => changes.flatMap((change) => ("seq" in change ? [change.seq] : [])));
const flushed = (hosted: Hosted) =>
  Number(hosted.storage.sql.exec("SELECT flushed_seq FROM conversation").one().flushed_seq);
/** How many statements each batch has had. */
async function statementsOf({ batches }: Hosted): Promise<number[]> {
  const counts: number[] = [];
  const counting = new Proxy(env.DB, {
    get: (target, name) =>
      name === "batch"
        ? async (statements: D1PreparedStatement[]) => void counts.push(statements.length)
        : target.prepare.bind(target),
  });
  for (const { changes, reached, measures } of batches) await mirror(counting, 1, changes, reached, measures);
  return counts;
}
const away = async () => {
  throw new Error("D1_ERROR: away");
};

describe("the outbox", () => {
  it("brings what was committed within two seconds, gathered, in order", () =>
    inHosted(async (hosted) => {
      hosted.batches = [];
      for (let i = 0; i < 5; i += 1) say(hosted);
      await hosted.pass(2_000);
      expect(hosted.batches).toHaveLength(1);
      expect(seqsOf(hosted)).toEqual([4, 5, 6, 7, 8]);
      expect(hosted.batches[0]?.reached).toMatchObject({ seq: 8 });
      expect(hosted.alarm.at).toBeNull();
    }));

  it("never delays an acknowledgement", () =>
    inHosted(async (hosted) => {
      hosted.mirror = () => new Promise(() => {});
      say(hosted);
      await hosted.clock.advance(1_000);
      const flushing = hosted.conversation.alarm();
      expect(say(hosted)).toMatchObject({ ok: true });
      await hosted.clock.advance(5_000, hosted.settle);
      await flushing;
      expect(flushed(hosted)).toBe(3);
    }));

  it("tries again with growing pauses for as long as it takes, and then drains by itself", () =>
    inHosted(async (hosted) => {
      hosted.batches = [];
      const tries: number[] = [];
      hosted.mirror = async () => {
        tries.push(hosted.clock.time);
        await away();
      };
      for (let i = 0; i < 300; i += 1) say(hosted);
      await hosted.pass(600_000);
      const pauses = tries.map((at, i) => at - (tries[i - 1] ?? at)).slice(1);
      expect(pauses.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
      hosted.mirror = async () => {};
      await hosted.pass(60_000);
      expect(seqsOf(hosted)).toEqual(Array.from({ length: 300 }, (_, i) => i + 4));
      expect(hosted.batches.map(({ changes }) => changes.length)).toEqual([200, 100]);
      say(hosted);
      await hosted.pass(2_000);
      expect(seqsOf(hosted)).toHaveLength(301);
    }));

  it("brings no more at once than 50 statements or half a megabyte, however much waits", () =>
    inHosted(async (hosted) => {
      await hosted.pass(2_000);
      hosted.batches = [];
      hosted.attempts = Array.from({ length: 9 }, () => says("Yes", finish()));
      for (let i = 0; i < 9; i += 1)
        hosted.conversation.room.asking.send(ADA, { client_id: `q${i}`, content: "Well?" });
      await hosted.pass(5_000);
      for (let i = 0; i < 60; i += 1)
        hosted.conversation.room.asking.edit(ADA, { message_id: 1, content: `Well ${i}?` });
      for (let i = 0; i < 20; i += 1) say(hosted, "x".repeat(60_000));
      await hosted.pass(5_000);
      expect(Math.max(...(await statementsOf(hosted)))).toBeLessThanOrEqual(50);
      expect(Math.max(...hosted.batches.map(({ changes }) => JSON.stringify(changes).length))).toBeLessThan(512 * 1024);
      expect(flushed(hosted)).toBe(hosted.batches.at(-1)?.reached.seq);
    }));

  it("gives a slow D1 five seconds and asks again", () =>
    inHosted(async (hosted) => {
      let calls = 0;
      hosted.mirror = () => (calls++ === 0 ? new Promise(() => {}) : Promise.resolve());
      say(hosted);
      await hosted.clock.advance(800);
      const flushing = hosted.conversation.alarm();
      await hosted.clock.advance(5_000, hosted.settle);
      await flushing;
      await hosted.pass(1_000);
      expect(calls).toBe(2);
      expect(flushed(hosted)).toBe(4);
    }));

  it("goes on after a death at any point, and repeats at most the batch that was under way", () =>
    inHosted(async (hosted) => {
      hosted.batches = [];
      let done = false;
      hosted.mirror = async () => {
        if (done) throw new Error("the process died before it knew");
        done = true;
      };
      for (let i = 0; i < 100; i += 1) say(hosted);
      await hosted.pass(1_500);
      hosted.mirror = async () => {};
      hosted.start();
      await hosted.pass(2_000);
      expect(new Set(seqsOf(hosted)).size).toBe(100);
      expect(seqsOf(hosted)).toEqual(seqsOf(hosted).toSorted((a, b) => a - b));
    }));

  it("keeps other things of the object on time while it drains a long backlog", () =>
    inHosted(async (hosted) => {
      hosted.mirror = async () => {
        hosted.clock.time += 100; // of D1's time
      };
      for (let i = 0; i < 3_000; i += 1) say(hosted);
      const began = hosted.clock.time;
      await hosted.clock.advance(800);
      await hosted.conversation.alarm();
      expect(hosted.clock.time - began).toBeLessThan(5_000);
      expect(hosted.alarm.at).not.toBeNull();
      await hosted.pass(60_000);
      expect(flushed(hosted)).toBe(3_003);
    }));

  it("carries read marks after the members whose marks they are", () =>
    inHosted(async (hosted) => {
      await hosted.pass(2_000);
      hosted.batches = [];
      for (let i = 0; i < 100; i += 1) say(hosted);
      hosted.storage.sql.exec("UPDATE member SET read_id = 100, read_seq = 100 WHERE user_id = 1");
      await hosted.pass(2_000);
      const changes = hosted.batches.flatMap((batch) => batch.changes);
      expect(changes.at(-1)).toEqual({ of: "read", seq: 100, userId: 1, messageId: 100 });
      expect(changes.filter(({ of }) => of === "read")).toHaveLength(1);
    }));

  it("writes each turn with its ledger, and its answer", () =>
    inHosted(async (hosted) => {
      hosted.batches = [];
      hosted.attempts = [says("Yes", finish())];
      hosted.conversation.room.asking.send(ADA, { client_id: "q", content: "Well?" });
      await hosted.pass(3_000);
      const changes = hosted.batches.flatMap((batch) => batch.changes);
      expect(changes.findLast(({ of }) => of === "turn")).toMatchObject({ turn: { state: "finished" }, userId: 1 });
      expect(changes.findLast(({ of }) => of === "attempt")).toMatchObject({ attempt: { outcome: "ok", attempt: 1 } });
      expect(changes.findLast(({ of }) => of === "message")).toMatchObject({ message: { content: "Yes" } });
    }));

  it("drops from the object only what D1 has", () =>
    inHosted(async (hosted) => {
      hosted.mirror = away;
      for (let i = 0; i < 3_000; i += 1) say(hosted);
      await hosted.pass(100_000);
      const kept = () => hosted.storage.sql.exec("SELECT count(*) AS n, min(id) AS least FROM message").one();
      expect(kept()).toEqual({ n: 3_000, least: 1 });
      hosted.mirror = async () => {};
      await hosted.pass(120_000);
      expect(kept()).toEqual({ n: 2_000, least: 1_001 });
      // Events stay for a week, however many.
      expect(hosted.storage.sql.exec("SELECT count(*) AS n FROM event").one()).toEqual({ n: 3_003 });
    }));
});

const [AT, LATER] = ["2026-11-21T12:00:00.000Z", "2026-11-21T12:00:05.000Z"];
const message = (id: number, content: string): Message => ({
  ...{ id, role: "user", author: { user_id: 1, name: "Ada" }, content, data: {}, files: [], turn_id: null },
  ...{ reply_to: null, client_id: `k${id}`, created_at: AT },
});
const ATTEMPT: Attempt = {
  ...{ turn_id: 1, attempt: 1, reason: "first", model: "m", from: 0, outcome: "running", error: null, usage: null },
  ...{ started_at: AT, first_token_at: null, ended_at: null },
};
const TURN: Turn = {
  ...{ id: 1, question_id: 1, answer_id: 2, state: "running", model: "m", attempt: 1, finish_reason: null },
  ...{ usage: null, error: null, created_at: AT, started_at: AT, ended_at: null },
};

describe("D1", () => {
  const reached = { seq: 19, activeAt: 9_000_000_000_000 };
  const rows = async (table: string, id: number) =>
    (await env.DB.prepare(`SELECT * FROM ${table} WHERE conversation_id = ?`).bind(id).all()).results;
  const everything = (id: number) =>
    Promise.all([
      ...["messages", "members", "attempts", "turns"].map((table) => rows(table, id)),
      env.DB.prepare("SELECT * FROM conversations WHERE id = ?").bind(id).first(),
    ]);

  it("holds the same after a batch that came twice, or late", async () => {
    const id = await conversation(await person());
    const settings = { id, kind: "chat", model: null, instructions: null, temperature: null, created_at: AT } as const;
    const titled = (seq: number, title: string): Change => {
      return { of: "conversation", seq, conversation: { ...settings, title, assistant_mode: "always" } };
    };
    const member = (user_id: number) => ({ user_id, name: `user ${user_id}`, role: "member" }) as const;
    const early: Change[] = [
      { of: "message", seq: 3, message: message(1, "Hi") },
      { of: "message", seq: 4, message: message(3, "canary") },
      { of: "member", seq: 5, member: member(8) },
      { of: "member", seq: 6, member: member(9) },
      { of: "role", seq: 7, userId: 9, role: "moderator" },
      { of: "answer", seq: 8, questionId: 1, answerId: 2 },
      { of: "turn", seq: 8, turn: TURN, userId: 1 },
      { of: "attempt", attempt: ATTEMPT },
      titled(9, "Old"),
      { of: "read", seq: 9, userId: 9, messageId: 5 },
    ];
    const late: Change[] = [
      { of: "message", seq: 12, message: message(1, "Edited") },
      { of: "blanking", messageId: 3 },
      { of: "deletion", seq: 13, messageId: 3, at: LATER },
      { of: "removal", seq: 14, userId: 8 },
      { of: "role", seq: 15, userId: 9, role: "viewer" },
      { of: "answer", seq: 16, questionId: 1, answerId: 4 },
      { of: "turn", seq: 17, turn: { ...TURN, state: "finished", ended_at: LATER }, userId: 1 },
      { of: "attempt", attempt: { ...ATTEMPT, outcome: "ok", ended_at: LATER } },
      titled(18, "New"),
      { of: "read", seq: 18, userId: 9, messageId: 4 },
    ];
    await mirror(env.DB, id, early, { seq: 9, activeAt: 5 }, UNMEASURED);
    await mirror(env.DB, id, late, reached, UNMEASURED);
    const before = await everything(id);
    for (const batch of [late, early, early]) await mirror(env.DB, id, batch, { seq: 9, activeAt: 5 }, UNMEASURED);
    expect(await everything(id)).toEqual(before);
    expect(before).toMatchObject([
      [
        { content: "Edited", answer_id: 4 },
        { content: "", deleted_at: Date.parse(LATER) },
      ],
      [{}, { user_id: 8, removed: 1 }, { user_id: 9, role: "viewer", read_id: 4 }],
      [{ outcome: "ok" }],
      [{ state: "finished" }],
      { title: "New", seq: 19, active_at: reached.activeAt },
    ]);
  });

  it("shows the same conversation as its object", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada, { member_ids: [bob.id] });
    const socket = await open(id, ada.token);
    await socket.say("Hi", { model: scripted("Hello") });
    await socket.event("turn.finished");
    await socket.command({ type: "configure", title: "Named" });
    await expect
      .poll(() => env.DB.prepare("SELECT title FROM conversations WHERE id = ?").bind(id).first(), { timeout: 4_000 })
      .toEqual({ title: "Named" });
    expect(await rows("messages", id)).toMatchObject([{ content: "Hi" }, { content: "Hello" }]);
    expect(await rows("attempts", id)).toMatchObject([{ outcome: "ok", attempt: 1 }]);
    expect(await rows("members", id)).toMatchObject([{ role: "owner" }, { role: "member" }]);
    const inObject = await objectOf(id).describe(bob.principal);
    expect(inObject).toMatchObject({ ok: true, value: { unread: 2, title: "Named" } });
  });
});

describe("an erasure", () => {
  it("is tried until D1 has forgotten, also after a death, and then leaves nothing", () =>
    inHosted(async (hosted) => {
      let forgotten = 0;
      hosted.forget = away;
      say(hosted);
      expect(hosted.conversation.erasing.request(ADA)).toMatchObject({ ok: true });
      expect(hosted.conversation.reading.describe(ADA)).toMatchObject({ error: { code: "not_found" } });
      await hosted.pass(10_000);
      hosted.start();
      expect(hosted.conversation.reading.describe(ADA)).toMatchObject({ error: { code: "not_found" } });
      hosted.forget = async () => {
        forgotten += 1;
      };
      await hosted.pass(10_000);
      expect(forgotten).toBe(1);
      expect(
        hosted.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
      ).toEqual([]);
      expect(hosted.alarm.at).toBeNull();
    }));

  it("waits for a batch on its way, which would bring back what is being forgotten", () =>
    inHosted(async (hosted) => {
      const order: string[] = [];
      let arrive = () => {};
      hosted.mirror = () =>
        new Promise((resolve) => {
          arrive = () => {
            order.push("batch");
            resolve();
          };
        });
      hosted.forget = async () => void order.push("forgotten");
      say(hosted);
      await hosted.clock.advance(800);
      const flushing = hosted.conversation.alarm();
      await hosted.settle();
      hosted.conversation.erasing.request(ADA);
      const erasing = hosted.pass(1_000);
      await hosted.settle();
      arrive();
      await Promise.all([flushing, erasing]);
      await hosted.pass(1_000);
      expect(order).toEqual(["batch", "forgotten"]);
    }));

  it("may only be asked for by an owner", () =>
    inHosted(async (hosted) => {
      expect(hosted.conversation.erasing.request(principal(2))).toMatchObject({ error: { code: "forbidden" } });
      expect(hosted.conversation.erasing.request(principal(3))).toMatchObject({ error: { code: "not_found" } });
    }));
});
