// The user's inbox: who is told of what, when, and that nobody waits for it.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { concerned, Inboxes } from "../../../src/conversation/outbox/inboxes.ts";
import type { Change } from "../../../src/store/mirror.ts";
import { conversation, objectOf } from "../conversation/conversation.ts";
import { type Hosted, inHosted } from "../conversation/hosted.ts";
import { type Person, person } from "../conversation/people.ts";
import { ADA, FakeClock, finish, START, says } from "../conversation/rig.ts";
import { open } from "../conversation/socket.ts";
import { call } from "../http/client.ts";
import { listen } from "./listener.ts";

const userOf = ({ id }: Person) => env.USER.getByName(String(id));
const say = (id: number, who: Person, content: string) =>
  call(`/api/v1/conversations/${id}/messages?wait=false`, { token: who.token, body: { content, answer: false } });
const listOf = async (who: Person) => (await call("/api/v1/conversations", { token: who.token })).json();

/** Ada's conversation with Bob, whose inbox has heard of it. */
async function together() {
  const [ada, bob] = [await person(), await person()];
  const inbox = await listen(bob.token);
  const id = await conversation(ada, { member_ids: [bob.id] });
  await inbox.hears(id);
  return { ada, bob, inbox, id };
}

describe("an inbox hears", () => {
  it("of a message in a conversation of its user, as soon as the list shows it", async () => {
    const { ada, bob, inbox, id } = await together();
    await say(id, ada, "Hello");
    await inbox.hears(id, 2);
    expect(await listOf(bob)).toMatchObject({ items: [{ id, unread: 1, last_message: { content: "Hello" } }] });
  });

  it("of a conversation that its user was added to, and then of his removal, and of nothing after it", async () => {
    const { ada, bob, inbox, id } = await together();
    await objectOf(id).command(ada.principal, { type: "member.remove", ref: 1, user_id: bob.id });
    await inbox.hears(id, 2);
    expect(await listOf(bob)).toMatchObject({ items: [] });
    const adas = await listen(ada.token);
    await say(id, ada, "Now that he is gone");
    await adas.hears(id);
    expect(inbox.heard(id)).toBe(2);
  });

  it("of an erasure", async () => {
    const { ada, bob, inbox, id } = await together();
    await call(`/api/v1/conversations/${id}`, { method: "DELETE", token: ada.token });
    await inbox.hears(id, 2);
    expect(await listOf(bob)).toMatchObject({ items: [] });
  });

  it("of what its user has read in another window", async () => {
    const { ada, bob, inbox, id } = await together();
    await say(id, ada, "Hello");
    await inbox.hears(id, 2);
    (await open(id, bob.token)).send({ type: "read", message_id: 1 });
    await inbox.hears(id, 3);
    expect(await listOf(bob)).toMatchObject({ items: [{ id, unread: 0 }] });
  });

  it("after its object has slept, and on every window of its user", async () => {
    const { ada, bob, inbox, id } = await together();
    const second = await listen(bob.token);
    await evictDurableObject(userOf(bob));
    await say(id, ada, "Hello");
    await Promise.all([inbox.hears(id, 2), second.hears(id)]);
  });

  it("nothing of what strangers do", async () => {
    const { ada, id, inbox } = await together();
    const eve = await person();
    const hers = await listen(eve.token);
    await say(id, ada, "Hello");
    await inbox.hears(id, 2);
    expect(hers.frames).toEqual([]);
  });
});

describe("an inbox costs nothing while nothing happens", () => {
  it("its object is woken by nothing before its login ends", async () => {
    const bob = await person();
    await listen(bob.token);
    const alarm = () => runInDurableObject(userOf(bob), (_, { storage }) => storage.getAlarm());
    // What its sessions bring to D1 is done soon after a log-in.
    await expect.poll(alarm, { timeout: 5_000 }).toBe(bob.principal.exp * 1000);
  });

  it("a member who never logged in leaves no trace in his object", async () => {
    const nobody = env.USER.getByName("77777777");
    await nobody.inboxChanged(1);
    await runInDurableObject(nobody, async (_, { storage }) => {
      const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'");
      expect(tables.toArray()).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    });
  });
});

describe("a conversation", () => {
  const ask = (hosted: Hosted, key: string) =>
    hosted.conversation.room.asking.send(ADA, { client_id: key, content: "Hi" });

  it("tells each member once for all that a batch brought, and at most every two seconds", () =>
    inHosted(async (hosted) => {
      await hosted.settle();
      expect(hosted.told.sort()).toEqual([1, 2]);
      hosted.told = [];
      hosted.attempts = [says("One", finish()), says("Two", finish()), says("Three", finish())];
      for (const key of ["a", "b", "c"]) ask(hosted, key);
      await hosted.pass(1_900);
      expect(hosted.told).toEqual([]);
      await hosted.pass(1_000);
      expect(hosted.told.sort()).toEqual([1, 2]);
      await hosted.pass(60_000);
      expect(hosted.told).toHaveLength(2);
    }));

  it("brings a turn to D1 in at most three batches, whoever listens", () =>
    inHosted(async (hosted) => {
      const before = hosted.batches.length;
      hosted.attempts = [says("One", finish())];
      ask(hosted, "a");
      await hosted.pass(10_000);
      expect(hosted.batches.length - before).toBeLessThanOrEqual(3);
    }));

  it("waits for no inbox: with one that never answers, answers, D1 and alarms go on", () =>
    inHosted(async (hosted) => {
      hosted.tell = () => new Promise(() => {});
      hosted.attempts = [says("One", finish()), says("Two", finish())];
      for (const key of ["a", "b"]) {
        ask(hosted, key);
        await hosted.pass(3_000);
      }
      expect(hosted.conversation.reading.describe(ADA)).toMatchObject({ value: { last_message: { content: "Two" } } });
      expect(hosted.batches.at(-1)?.reached.seq).toBeGreaterThan(6);
      expect(hosted.alarm.at).toBeNull();
    }));

  it("tells nobody while D1 is away, and everybody once it is back", () =>
    inHosted(async (hosted) => {
      await hosted.pass(3_000);
      hosted.told = [];
      hosted.mirror = async () => {
        throw new Error("D1 is away");
      };
      hosted.attempts = [says("One", finish())];
      ask(hosted, "a");
      await hosted.pass(10_000);
      expect(hosted.told).toEqual([]);
      hosted.mirror = async () => {};
      await hosted.pass(60_000);
      expect(hosted.told.sort()).toEqual([1, 2]);
    }));
});

describe("whose lists a batch changes", () => {
  const members = [{ user_id: 1 }, { user_id: 2 }];
  const message = { seq: 1, messageId: 1, at: "" };
  it.each<[string, Change[], number[]]>([
    ["a deleted message: everybody's", [{ of: "deletion", ...message }], [1, 2]],
    ["another current answer: everybody's", [{ of: "answer", seq: 1, questionId: 1, answerId: 2 }], [1, 2]],
    ["a removal: everybody's, and that of who is gone", [{ of: "removal", seq: 1, userId: 9 }], [1, 2, 9]],
    ["a read mark: only that of who has read", [{ of: "read", seq: 1, userId: 2, messageId: 1 }], [2]],
    ["nothing that a list shows: nobody's", [], []],
  ])("%s", (_what, changes, users) => expect([...concerned(changes, members)].sort()).toEqual(users));
});

describe("the rounds in which inboxes are told", () => {
  const begin = (tell: (userId: number) => Promise<void>) => {
    const clock = new FakeClock();
    return { clock, inboxes: new Inboxes(clock, () => {}, tell) };
  };
  const turns = async () => {
    for (let i = 0; i < 50; i += 1) await Promise.resolve();
  };

  it("begin at least two seconds apart, and have each user once", async () => {
    const told: [user: number, at: number][] = [];
    const { clock, inboxes } = begin(async (user) => void told.push([user, clock.time - START]));
    inboxes.changed([1, 2]);
    await clock.advance(0, turns);
    for (let i = 0; i < 30; i += 1) {
      inboxes.changed([1, i % 2 ? 2 : 3]);
      await clock.advance(100, turns);
    }
    await clock.advance(10_000, turns);
    expect(told.filter(([user]) => user === 1).map(([, at]) => at)).toEqual([0, 2_000, 4_000]);
    expect(
      told
        .filter(([, at]) => at === 2_000)
        .map(([user]) => user)
        .sort(),
    ).toEqual([1, 2, 3]);
  });

  it("have at most four calls on their way, one a user, and give up what takes five seconds", async () => {
    const waiting = new Map<number, () => void>();
    const { clock, inboxes } = begin((user) => {
      expect(waiting.has(user)).toBe(false);
      return new Promise((resolve) => waiting.set(user, resolve));
    });
    inboxes.changed([1, 2, 3, 4, 5, 6]);
    await turns();
    inboxes.changed([1, 2, 3]);
    await clock.advance(4_000, turns);
    expect([...waiting.keys()]).toEqual([1, 2, 3, 4]);
    waiting.clear();
    await clock.advance(1_000, turns);
    expect([...waiting.keys()]).toEqual([5, 6]);
    for (const answer of waiting.values()) answer();
    waiting.clear();
    await clock.advance(5_000, turns);
    expect([...waiting.keys()]).toEqual([1, 2, 3]);
  });

  it("go on when an object cannot be reached", async () => {
    const told: number[] = [];
    const { clock, inboxes } = begin(async (user) => {
      if (user === 1) throw new Error("the object is being moved");
      told.push(user);
    });
    inboxes.changed([1, 2]);
    await clock.advance(0, turns);
    inboxes.changed([1, 2]);
    await clock.advance(2_000, turns);
    expect(told).toEqual([2, 2]);
  });
});
