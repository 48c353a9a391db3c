// How a connection opens: welcome, what was missed, then live; never a silent gap (protocol.md "Opening", R6).
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { conversation, gate, objectOf, openGate, reached, rowsOf, scripted } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { finish, inRig, says } from "./rig.ts";
import { open, type TestSocket } from "./socket.ts";

/** An owner's conversation with a first question answered: seq 3 to 5. */
async function started(): Promise<{ ada: Person; id: number; socket: TestSocket }> {
  const ada = await person();
  const id = await conversation(ada);
  const socket = await open(id, ada.token);
  await socket.say("One?", { model: scripted("First|!length") });
  await socket.event("turn.finished");
  return { ada, id, socket };
}

describe("a first visit", () => {
  it("is welcomed and shown a snapshot", async () => {
    const ada = await person("doctor");
    const id = await conversation(ada, { title: "Tea", instructions: "Be kind." });
    const { frames, welcome } = await open(id, ada.token);
    expect(frames.map(({ type }) => type)).toEqual(["welcome", "snapshot"]);
    expect(welcome).toMatchObject({
      v: 1,
      you: { user_id: ada.id, name: ada.name, role: "owner" },
      conversation: { id, kind: "chat", title: "Tea", instructions: "Be kind.", assistant_mode: "always" },
      members: [{ user_id: ada.id, name: ada.name, role: "owner", read_id: 0 }],
      present: [{ user_id: ada.id }],
      latest_seq: 2,
      replay: "snapshot",
      session_expires_at: new Date(ada.principal.exp * 1000).toISOString(),
    });
    expect(welcome.you.can).toContain("conversation.send");
  });

  it("shows messages, and the running answer with its text so far", async () => {
    const { ada, id } = await started();
    const held = gate();
    const first = await open(id, ada.token);
    await first.say("Two?", { model: scripted(`Sec|~${held}|ond`) });
    await reached(held);
    await first.text("Sec");
    const late = await open(id, ada.token);
    expect(late.snapshot).toMatchObject({ seq: 7, older: false, turns: [{ id: 2, state: "running", text: "Sec" }] });
    expect(late.snapshot?.messages.map(({ id, content }) => `${id} ${content}`)).toEqual([
      "1 One?",
      "2 First",
      "3 Two?",
    ]);
    await openGate(held);
    await late.event("turn.finished");
    expect(late.answer()).toBe("Second");
  });

  it("says from which message on changes are taken", async () => {
    const { ada, id } = await started();
    await runInDurableObject(
      objectOf(id),
      (_, { storage }) => void storage.sql.exec("UPDATE conversation SET kept_from = 2"),
    );
    await evictDurableObject(objectOf(id));
    const socket = await open(id, ada.token);
    expect(socket.welcome.you.changes_from).toBe(2);
  });

  it("shows fifty messages at most, and that there are older ones", () =>
    inRig(async (rig) => {
      for (let i = 0; i < 60; i += 1) rig.ask(`m${i}`, undefined, { answer: false });
      const [frame] = rig.replay({}).frames;
      const { messages, older } = JSON.parse(frame?.json ?? "");
      expect(messages.map(({ id }: { id: number }) => id)).toEqual(Array.from({ length: 50 }, (_, i) => i + 11));
      expect(older).toBe(true);
    }));
});

describe("a viewer that comes back", () => {
  it("who missed nothing gets nothing", async () => {
    const { ada, id, socket } = await started();
    const again = await open(id, ada.token, { epoch: socket.welcome.epoch, since: 5 });
    expect(again.welcome.replay).toBe("none");
    await again.say("Next", { answer: false });
    expect(again.types.filter((type) => !["present", "reply"].includes(type))).toEqual(["welcome", "message.created"]);
  });

  it("gets exactly the missed events, with the answer's text before its end", async () => {
    const { ada, id, socket } = await started();
    for (let since = 0; since < 5; since += 1) {
      const again = await open(id, ada.token, { epoch: socket.welcome.epoch, since });
      await again.event("turn.finished");
      const last = again.types.slice(-2); // before who is present is told
      expect(again.events).toEqual([...(await eventsOf(id))].filter(({ seq }) => seq > since));
      expect(last).toEqual(["text", "turn.finished"]);
      expect(again.welcome.replay).toBe("events");
      again.close();
    }
  });

  it("in mid-answer gets the text from its offset on", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const held = gate();
    const first = await open(id, ada.token);
    await first.say("Hi", { model: scripted(`0123456789|~${held}|abc`) });
    await reached(held);
    await first.text("0123456789");
    const place = { epoch: first.welcome.epoch, since: 4, turn: 1 };
    const [part, all, none] = [
      await open(id, ada.token, { ...place, offset: 4 }),
      await open(id, ada.token, { ...place, turn: 9, offset: 4 }),
      await open(id, ada.token, { ...place, offset: 10 }),
    ];
    await openGate(held);
    for (const socket of [part, all, none]) await socket.event("turn.finished");
    const texts = (socket: TestSocket) => socket.frames.filter(({ type }) => type === undefined);
    expect(texts(part)).toEqual([
      { from: 4, text: "456789" },
      { from: 10, text: "abc" },
    ]);
    expect(texts(all)).toEqual([
      { from: 0, text: "0123456789" },
      { from: 10, text: "abc" },
    ]);
    expect(texts(none)).toEqual([{ from: 10, text: "abc" }]);
  });

  it("who left in mid-answer and comes after its end gets the rest and the end", async () => {
    const { ada, id, socket } = await started();
    const again = await open(id, ada.token, { epoch: socket.welcome.epoch, since: 4, turn: 1, offset: 2 });
    await again.event("turn.finished");
    expect(again.frames.slice(1, 3)).toEqual([
      { from: 2, text: "rst" },
      expect.objectContaining({ type: "turn.finished", seq: 5 }),
    ]);
  });

  it.each([
    ["is ahead of the head", { since: 6 }],
    ["was at a negative place", { since: -1 }],
    ["was at a place that is no whole number", { since: "4.5" }],
    ["was at a place that is no number", { since: "four" }],
    ["holds more of an answer than there is", { since: 4, turn: 1, offset: 50 }],
  ])("who %s gets a snapshot", async (_, place) => {
    const { ada, id, socket } = await started();
    const again = await open(id, ada.token, { epoch: socket.welcome.epoch, ...place });
    expect(again.welcome.replay).toBe("snapshot");
    expect(again.snapshot?.messages).toHaveLength(2);
  });

  it("from another epoch gets a snapshot", async () => {
    const { ada, id } = await started();
    const again = await open(id, ada.token, { epoch: "restored-from-elsewhere", since: 5 });
    expect(again.welcome.replay).toBe("snapshot");
  });

  it("gets a thousand events, and for one more a snapshot", () =>
    inRig((rig) => {
      for (let i = 0; i < LIMITS.replayEvents; i += 1) rig.ask("m", undefined, { answer: false });
      expect(rig.replay({ since: 1 })).toMatchObject({ mode: "events", frames: { length: 1_000 } });
      expect(rig.replay({ since: 0 }).mode).toBe("snapshot");
    }));

  it("gets a snapshot for more than a megabyte, of events or of text", () =>
    inRig(async (rig) => {
      for (let i = 0; i < 15; i += 1) rig.ask("x".repeat(60_000), undefined, { answer: false });
      expect(rig.replay({ since: 1 }).mode).toBe("events");
      for (let i = 0; i < 3; i += 1) rig.ask("x".repeat(60_000), undefined, { answer: false });
      expect(rig.replay({ since: 1 }).mode).toBe("snapshot");
      const { seq } = rig.journal;
      for (let i = 0; i < 2; i += 1) {
        rig.attempts = [says("y".repeat(500_000), finish())];
        rig.ask("Go on");
        await rig.pass(20_000);
      }
      expect(rig.replay({ since: seq + 3 }).mode).toBe("events");
      expect(rig.replay({ since: seq }).mode).toBe("snapshot");
    }));

  it("from before what is kept gets a snapshot", () =>
    inRig((rig) => {
      for (let i = 0; i < 10; i += 1) rig.ask("m", undefined, { answer: false });
      rig.journal.trimMessages(3);
      rig.journal.trimEvents(5, rig.clock.time + 1);
      expect(rig.replay({ since: 4 }).mode).toBe("snapshot");
      expect(rig.replay({ since: 5 })).toMatchObject({ mode: "events", frames: { length: 6 } });
    }));

  it("after a restart of the answer gets the new text from 0", () =>
    inRig(async (rig) => {
      const held = new Promise(() => {});
      rig.attempts = [
        says("Once upon a time there was a king, who"),
        says("Once upon a time there was a queen, and"),
        says("Anew", held),
      ];
      rig.ask();
      await rig.pass(3_000);
      expect(
        rig
          .replay({ since: 3, turn: 1, offset: 20 })
          .frames.map(({ type, json }) => `${type} ${JSON.parse(json).text ?? ""}`),
      ).toEqual(["turn.reset ", "text Anew"]);
    }));

  it("never gets half a surrogate pair where a long text is cut into frames", () =>
    inRig(async (rig) => {
      const long = `x${"😀".repeat(50_000)}`;
      rig.attempts = [says(long, finish())];
      rig.ask();
      await rig.pass(5_000);
      const texts = rig
        .replay({ since: 1 })
        .frames.filter(({ type }) => type === "text")
        .map(({ json }) => JSON.parse(json));
      expect(texts.length).toBeGreaterThan(1);
      expect(texts.every(({ text }) => text.isWellFormed())).toBe(true);
      expect(texts.map(({ text }) => text).join("")).toBe(long);
    }));
});

const eventsOf = async (id: number) =>
  (await rowsOf(id, "SELECT json FROM event ORDER BY seq")).map(({ json }) => JSON.parse(String(json)));
