// Signals: who is here, who types, who has read how far. They are not kept, but for the read marks (protocol.md "Signals").
import { describe, expect, it } from "vitest";
import { Presence } from "../../../src/conversation/audience/presence.ts";
import { call } from "../http/client.ts";
import { conversation, rowsOf } from "./conversation.ts";
import { person } from "./people.ts";
import { inRig, principal, type Rig, type Watcher } from "./rig.ts";
import { open } from "./socket.ts";

const begin = (rig: Rig) => {
  const presence = new Presence(rig.clock, rig.audience, (signal, except) => rig.audience.signal(signal, except), {
    nameOf: (person) => rig.journal.members.nameOf(person),
    at: (messageId) => rig.journal.readMark(messageId),
    write: (user, mark) => rig.journal.members.markRead(user, mark),
  });
  return { presence, one: rig.watch(principal(1)), two: rig.watch(principal(2)) };
};
const signals = (watcher: Watcher, type: string) => watcher.frames.filter((frame) => frame.type === type);
const MEMBERS: [number, "owner" | "member"][] = [
  [1, "owner"],
  [2, "member"],
];

describe("presence", () => {
  it("is told at most four times a second, each person once", () =>
    inRig(async (rig) => {
      const { presence, one } = begin(rig);
      rig.watch(principal(2));
      for (let i = 0; i < 10; i += 1) presence.changed();
      await rig.clock.advance(249);
      expect(signals(one, "present")).toEqual([]);
      await rig.clock.advance(1);
      expect(signals(one, "present")).toEqual([
        {
          type: "present",
          users: [1, 2].map((user_id) => ({ user_id, name: `user ${user_id}`, since: expect.any(String) })),
        },
      ]);
      await rig.clock.advance(10_000);
      expect(signals(one, "present")).toHaveLength(1);
    }));

  it("goes with the last of a person's connections", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada, { member_ids: [bob.id] });
    const [hers, his, again] = [await open(id, ada.token), await open(id, bob.token), await open(id, bob.token)];
    await hers.until((frame) => frame.type === "present" && frame.users.length === 2);
    his.close();
    again.close();
    await hers.until((frame) => frame.type === "present" && frame.users.length === 1);
  });
});

describe("typing", () => {
  it("is told to the others, once, and ends by itself after six seconds", () =>
    inRig(async (rig) => {
      const { presence, one, two } = begin(rig);
      presence.typing(1, "user 1", true);
      await rig.clock.advance(4_000);
      presence.typing(1, "user 1", true);
      await rig.clock.advance(5_999);
      expect(signals(two, "typing")).toMatchObject([{ user_id: 1, name: "user 1", on: true }]);
      await rig.clock.advance(1);
      expect(signals(two, "typing")).toMatchObject([{ on: true }, { on: false }]);
      expect(signals(one, "typing")).toEqual([]);
    }));

  it("ends when said so, or with the last connection; what never began does not end", () =>
    inRig((rig) => {
      const { presence, one, two } = begin(rig);
      presence.typing(1, "user 1", false);
      expect(signals(two, "typing")).toEqual([]);
      presence.typing(1, "user 1", true);
      presence.typing(1, "user 1", false);
      presence.typing(1, "user 1", true);
      rig.audience.remove(one.id);
      presence.left(1);
      expect(signals(two, "typing")).toMatchObject([{ on: true }, { on: false }, { on: true }, { on: false }]);
      expect(rig.clock.timers).toEqual([]);
    }));

  it("ends with the last Socket.IO connection too, and goes on with one at another shard", () =>
    inRig((rig) => {
      const { presence, two } = begin(rig);
      const three = { user_id: 3, name: "user 3", since: "2027-01-15T08:00:00.000Z" };
      for (const shard of ["g0", "g1"]) presence.attend(shard, [three]);
      presence.typing(3, "user 3", true);
      presence.attend("g0", []);
      expect(signals(two, "typing")).toMatchObject([{ on: true }]);
      presence.attend("g1", []);
      expect(signals(two, "typing")).toMatchObject([{ on: true }, { on: false }]);
    }));
});

describe("read marks", () => {
  it("only rise, and are written and told once a second", () =>
    inRig(
      async (rig) => {
        const { presence, two } = begin(rig);
        for (let id = 1; id <= 6; id += 1) rig.ask("Hi", principal(2), { answer: false });
        for (const message of [1, 5, 3]) presence.read(1, message);
        await rig.clock.advance(1_000);
        presence.read(1, 4);
        presence.read(1, 5);
        await rig.clock.advance(1_000);
        expect(signals(two, "reads")).toEqual([{ type: "reads", user_id: 1, message_id: 5 }]);
        expect(rig.journal.members.find(1)?.read_id).toBe(5);
      },
      {},
      MEMBERS,
    ));

  it("are never beyond the last message, neither kept nor told", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada, { member_ids: [bob.id] });
    const [hers, his] = [await open(id, ada.token), await open(id, bob.token)];
    await hers.say("One", { answer: false });
    await hers.say("Two", { answer: false });
    his.send({ type: "read", message_id: 1_000 });
    expect(await hers.until(({ type }) => type === "reads")).toEqual({ type: "reads", user_id: bob.id, message_id: 2 });
    expect(await rowsOf(id, `SELECT read_id FROM member WHERE user_id = ${bob.id}`)).toEqual([{ read_id: 2 }]);
    const listed = await call(`/api/v1/conversations/${id}`, { token: bob.token });
    expect(await listed.json()).toMatchObject({ unread: 0 });
  });

  it("of an administrator who is no member are neither kept nor told", async () => {
    const [ada, admin] = [await person(), await person("admin")];
    const id = await conversation(ada);
    const [hers, his] = [await open(id, ada.token), await open(id, admin.token)];
    await hers.say("One", { answer: false });
    his.send({ type: "read", message_id: 1 });
    his.send({ type: "typing", on: true });
    await hers.until(({ type }) => type === "typing");
    expect(hers.types).not.toContain("reads");
  });
});
