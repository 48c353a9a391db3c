// A viewer who does not read is left behind at a remembered place, and goes on from the store when it reads (reliability.md §5).
import { describe, expect, it } from "vitest";
import { Event, type ServerFrame } from "../../../src/protocol/frames.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { finish, inRig, principal, type Rig, says, stalls, Watcher } from "./rig.ts";

const EVENTS = Event.options.map((option) => option.shape.type.value);

/** A viewer who answers no probe. */
function sleeper(rig: Rig): Watcher {
  const watcher = new Watcher(principal(2));
  rig.audience.add(watcher);
  return watcher;
}
const probes = (watcher: Watcher) => watcher.frames.filter((frame) => frame.type === "probe");
const read = (rig: Rig, watcher: Watcher) => {
  const probe = probes(watcher).at(-1);
  if (probe?.type === "probe") rig.audience.proof(watcher.id, probe.n);
};
const seqs = (frames: ServerFrame[]) =>
  frames.flatMap((frame) => ("seq" in frame && frame.type !== "snapshot" ? [frame.seq] : []));
const chat = (rig: Rig, n: number, content = "Hi") => {
  for (let i = 0; i < n; i += 1) rig.ask(content, principal(1), { answer: false });
};

describe("a viewer who reads", () => {
  it("is asked for proof at half the window and never has to wait", () =>
    inRig((rig) => {
      const watcher = sleeper(rig);
      for (let i = 0; i < 20; i += 1) {
        chat(rig, 100);
        read(rig, watcher);
      }
      expect(watcher.place).toBeNull();
      expect(seqs(watcher.frames)).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 2));
      expect(rig.clock.timers).toEqual([]);
    }));

  it("proves nothing by answering a probe that is not its own", () =>
    inRig((rig) => {
      const watcher = sleeper(rig);
      chat(rig, 600);
      rig.audience.proof(watcher.id, 999);
      expect(watcher.place).not.toBeNull();
    }));
});

describe("a viewer who does not read", () => {
  it("is sent nothing beyond 500 frames, and its place is kept", () =>
    inRig((rig) => {
      const watcher = sleeper(rig);
      chat(rig, 700);
      expect(watcher.frames.length).toBeLessThanOrEqual(LIMITS.window.frames + 2);
      expect(watcher.place).toMatchObject({ since: seqs(watcher.frames).at(-1) });
      expect(probes(watcher)).toHaveLength(1);
    }));

  it("and goes on asking is closed with 4408 before its answers fill the memory", () =>
    inRig((rig) => {
      const watcher = sleeper(rig);
      const answer = {
        type: "reply",
        json: JSON.stringify({ type: "reply", ref: 1, ok: true, x: "y".repeat(200_000) }),
      };
      for (let i = 0; i < 50; i += 1) rig.audience.tell(watcher.id, [{ ...answer, id: null }]);
      expect(watcher.closed).toBe(4408);
      const unread = watcher.raw.reduce((sum, { json }) => sum + json.length, 0);
      expect(unread).toBeLessThan(LIMITS.window.mostBytes + 250_000);
    }));

  it("is sent nothing beyond 256 KiB", () =>
    inRig((rig) => {
      const watcher = sleeper(rig);
      chat(rig, 20, "x".repeat(30_000));
      const sent = watcher.raw.reduce((sum, { json }) => sum + json.length, 0);
      expect(sent).toBeLessThan(LIMITS.window.bytes + 31_000);
    }));

  it("goes on exactly where it was, with the answer's text gathered, once it reads", () =>
    inRig(async (rig) => {
      const [fast, slow] = [rig.watch(), sleeper(rig)];
      chat(rig, 600);
      rig.attempts = [says(...Array.from({ length: 50 }, (_, i) => `w${i} `), finish())];
      rig.ask("Talk");
      await rig.pass(3_000);
      read(rig, slow);
      read(rig, slow);
      expect(seqs(slow.frames)).toEqual(seqs(fast.frames));
      expect(slow.text).toBe(fast.text);
      expect(slow.types.filter((type) => type === "text")).toHaveLength(1);
      expect(slow.place).toBeNull();
      chat(rig, 1);
      expect(seqs(slow.frames)).toEqual(seqs(fast.frames));
    }));

  it("in mid-answer goes on in mid-answer", () =>
    inRig(async (rig) => {
      const [fast, slow] = [rig.watch(), sleeper(rig)];
      let open = () => {};
      const held = new Promise<void>((resolve) => {
        open = resolve;
      });
      rig.attempts = [says("y".repeat(300_000), held, "the end", finish())];
      rig.ask("Talk");
      await rig.pass(10_000);
      expect(slow.place).toMatchObject({ turn: 1 });
      expect(slow.place?.offset).toBe(slow.text.length);
      read(rig, slow);
      for (let i = 0; i < 3; i += 1) read(rig, slow);
      open();
      await rig.pass(1_000);
      for (let i = 0; i < 3; i += 1) read(rig, slow);
      expect(slow.text).toBe(fast.text);
      expect(slow.types.at(-1)).toBe("turn.finished");
    }));

  it("is told no signals while it is behind, but gets its replies", () =>
    inRig((rig) => {
      const watcher = sleeper(rig);
      chat(rig, 600);
      const before = watcher.frames.length;
      rig.audience.signal({ type: "typing", user_id: 1, name: "user 1", on: true });
      expect(watcher.frames).toHaveLength(before);
      rig.audience.tell(watcher.id, [{ type: "reply", json: '{"type":"reply","ref":1,"ok":true}', id: null }]);
      expect(watcher.types.at(-1)).toBe("reply");
    }));

  it("is closed with 4408 after thirty seconds without proof", () =>
    inRig(async (rig) => {
      const watcher = sleeper(rig);
      chat(rig, 600);
      await rig.clock.advance(LIMITS.window.proofMs - 1);
      expect(watcher.closed).toBeNull();
      await rig.clock.advance(1);
      expect(watcher.closed).toBe(4408);
      expect(watcher.frames.at(-1)).toMatchObject({ type: "bye", code: "idle", retry_after_ms: 0 });
      const sent = watcher.frames.length;
      chat(rig, 5);
      expect(watcher.frames).toHaveLength(sent);
      expect(rig.audience.size).toBe(0);
    }));

  it("found behind after hibernation is asked again, and closed when it stays silent", () =>
    inRig(async (rig) => {
      chat(rig, 10);
      const [reads, sleeps] = [new Watcher(principal(1)), new Watcher(principal(2))];
      const place = { epoch: "e1", since: 6, turn: null, offset: 0 };
      for (const watcher of [reads, sleeps]) rig.audience.add(watcher, place);
      expect(reads.types).toEqual(["probe"]);
      read(rig, reads);
      expect(seqs(reads.frames)).toEqual([7, 8, 9, 10, 11]);
      await rig.clock.advance(LIMITS.window.proofMs);
      expect([reads.closed, sleeps.closed]).toEqual([null, 4408]);
    }));

  it("does not make anybody else wait", () =>
    inRig((rig) => {
      const [fast, slow] = [rig.watch(), sleeper(rig)];
      for (let i = 0; i < 10; i += 1) {
        chat(rig, 90);
        read(rig, fast);
      }
      expect(seqs(fast.frames)).toHaveLength(900);
      expect(slow.place).not.toBeNull();
    }));

  it("whose transport throws does not stop the others", () =>
    inRig((rig) => {
      const broken = sleeper(rig);
      broken.send = () => {
        throw new Error("gone");
      };
      const fine = rig.watch();
      chat(rig, 3);
      expect(seqs(fine.frames)).toEqual([2, 3, 4]);
    }));
});

describe("a peer that is silent", () => {
  it("is asked after half a minute and closed with 4408 after a whole one, when anything is sent at all", () =>
    inRig(async (rig) => {
      const [silent, listener] = [sleeper(rig), sleeper(rig)];
      silent.heard = rig.clock.time;
      chat(rig, 1);
      await rig.clock.advance(31_000);
      chat(rig, 1);
      expect(silent.types.at(-1)).toBe("probe");
      expect(silent.closed).toBeNull();
      await rig.clock.advance(30_000);
      chat(rig, 1);
      expect(silent.closed).toBe(4408);
      expect(listener.closed).toBeNull();
    }));
});

describe("what everybody sees", () => {
  it("is serialised once", () =>
    inRig((rig) => {
      const [one, two] = [rig.watch(), rig.watch()];
      chat(rig, 1);
      expect(one.raw[0]).toBe(two.raw[0]);
    }));

  it("after a snapshot is the same as what a fresh visitor reads, for every kind of event", () =>
    inRig(async (rig) => {
      const watcher = rig.watch();
      const king = says("Once upon a time there was a king, who");
      const queen = says("Once upon a time there was a queen, and");
      const turns = [
        [says("A", finish())],
        [says("B"), says("C"), says("D")],
        [says(finish())],
        [king, queen, says("Anew", finish())],
        [stalls("Half")],
      ];
      for (const attempts of turns) {
        rig.attempts = attempts;
        rig.ask();
        await rig.pass(5_000);
      }
      rig.attempts = [says("Another A", finish()), says("An answer to the other question", finish())];
      const commands = [
        { type: "turn.cancel", turn_id: turns.length },
        { type: "turn.retry", message_id: 1 },
        { type: "answer.select", message_id: 2 },
        { type: "message.edit", message_id: 3, content: "Another question" },
        { type: "message.delete", message_id: 4 },
        { type: "message.delete", message_id: 2 },
        { type: "message.delete", message_id: 5 },
        { type: "member.add", user_id: 2, role: "member" },
        { type: "member.role", user_id: 2, role: "viewer" },
        { type: "configure", title: "New" },
        { type: "member.remove", user_id: 2 },
      ] as const;
      for (const [i, command] of commands.entries()) {
        expect(await rig.room.command(principal(1), { ...command, ref: i })).toMatchObject({ ok: true });
        await rig.settle();
      }
      rig.room.membership.rename(1, "Ada");
      const fresh: unknown = JSON.parse(rig.replay({}).frames[0]?.json ?? "").messages;
      const live = watcher.raw.map(({ json }): Record<string, unknown> => JSON.parse(json));
      for (const [i, { seq }] of live.entries()) {
        if (seq === undefined) continue;
        const missed = rig.replay({ since: Number(seq) }).frames.map(({ json }) => JSON.parse(json));
        expect(messagesOf([...live.slice(0, i + 1), ...missed])).toEqual(fresh);
      }
      const kinds = new Set(watcher.types.filter((type) => /^(message|answer|turn|member|conversation)\./.test(type)));
      expect(kinds).toEqual(new Set(EVENTS.filter((type) => type !== "conversation.erased")));
    }));
});

type Shown = Record<string, unknown>;

/** The messages that frames lead to. */
function messagesOf(frames: Shown[]): unknown[] {
  const messages = new Map<unknown, Shown>();
  const change = (id: unknown, fields: Shown) => messages.set(id, { ...messages.get(id), ...fields });
  let text = "";
  for (const frame of frames) {
    if (frame.type === "turn.started" || frame.type === "turn.reset") text = "";
    if (frame.type === undefined) text = text.slice(0, Number(frame.from)) + frame.text;
    if (frame.type === "message.deleted") {
      change(frame.message_id, { content: "", data: {}, files: [], deleted_at: frame.at });
      for (const message of messages.values()) if (message.answer_id === frame.message_id) delete message.answer_id;
    }
    if (frame.type === "answer.selected") change(frame.question_id, { answer_id: frame.message_id });
    if (typeof frame.message !== "object" || frame.message === null) continue;
    const { length, id, reply_to, ...message }: Shown = { ...frame.message };
    change(id, { id, reply_to, ...message, ...(length === undefined ? {} : { content: text }) });
    if (length !== undefined) {
      expect(text).toHaveLength(Number(length));
      change(reply_to, { answer_id: id });
    }
  }
  return [...messages.values()].sort((a, b) => Number(a.id) - Number(b.id));
}
