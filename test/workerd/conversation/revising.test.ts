// Deleting a message: what everybody sees, what the model sees, and what is left of a text.
import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/protocol/entities.ts";
import { answered, asked, BOB, current, MEMBERS, refused, remove, stored, types } from "./revisions.ts";
import { ADA, finish, inRig, principal, type Rig, says, stalls } from "./rig.ts";

describe("message.delete", () => {
  it("leaves the message's place, and nothing of its content", () =>
    inRig(async (rig) => {
      rig.ask("canary", ADA, { answer: false });
      const watcher = rig.watch();
      const { seq } = rig.journal;
      expect(await remove(rig, 1)).toEqual({ ok: true, value: { seq: seq + 1 } });
      const deleted_at = new Date(rig.clock.time).toISOString();
      expect(watcher.frames).toEqual([{ type: "message.deleted", seq: seq + 1, at: deleted_at, message_id: 1 }]);
      const place = { id: 1, author: { user_id: 1, name: "user 1" }, client_id: "c1" };
      expect(rig.journal.message(1)).toMatchObject({ ...place, content: "", data: {}, files: [], deleted_at });
      expect(stored(rig)).not.toContain("canary");
    }));

  it("overwrites the text in its place before it goes, since SQLite leaves deleted bytes in free pages", () =>
    inRig(async (rig) => {
      rig.ask("canary", ADA, { answer: false });
      const { sql } = rig.storage;
      sql.exec("CREATE TABLE before (of_table TEXT, text TEXT)");
      for (const [table, column] of Object.entries({ message: "content", event: "json" }))
        sql.exec(`CREATE TRIGGER before_${table} AFTER UPDATE ON ${table} BEGIN
          INSERT INTO before VALUES ('${table}', old.${column}); END`);
      await remove(rig, 1);
      for (const table of ["message", "event"]) {
        const replaced = sql.exec("SELECT text FROM before WHERE of_table = ?", table).toArray();
        expect(replaced).toMatchObject([{ text: /canary/ }, { text: /^0+$/ }]);
      }
    }));

  it("of an answer leaves nothing of its text, and a replay that is whole", () =>
    inRig(async (rig) => {
      await answered(rig, "canary");
      expect(await remove(rig, 2)).toMatchObject({ ok: true });
      expect(stored(rig)).not.toContain("canary");
      expect(rig.events().find(({ type }) => type === "turn.finished")).toMatchObject({ message: { length: 0 } });
      const { mode, frames } = rig.replay({ since: 1 });
      expect(mode).toBe("events");
      expect(frames.map(({ type }) => type)).not.toContain("text");
    }));

  it("of an answer gives a snapshot to whoever held a part of it", () =>
    inRig(async (rig) => {
      await answered(rig, "A long answer");
      const started = rig.events().find(({ type }) => type === "turn.started");
      await remove(rig, 2);
      expect(rig.replay({ since: started?.seq ?? 0, turn: 1, offset: 6 }).mode).toBe("snapshot");
    }));

  it("again changes nothing", () =>
    inRig(async (rig) => {
      rig.ask("Hi", ADA, { answer: false });
      await remove(rig, 1);
      const { seq } = rig.journal;
      rig.clock.time += 5_000;
      expect(await remove(rig, 1)).toEqual({ ok: true, value: { seq } });
      expect(rig.journal.seq).toBe(seq);
    }));

  it("of a question ends its answer, in the same commit", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("Half"), says("to two", finish())];
      rig.ask("one");
      rig.ask("two");
      await rig.settle();
      const { seq } = rig.journal;
      expect(await remove(rig, 1)).toMatchObject({ ok: true });
      await rig.settle();
      expect(types(rig, seq)).toEqual([
        ...["turn.cancelled", "turn.started", "message.deleted", "message.deleted", "turn.finished"],
      ]);
      expect(rig.journal.ledger.turn(1)?.state).toBe("cancelled");
      expect(rig.journal.message(2)).toMatchObject({ content: "", deleted_at: expect.any(String) });
    }));

  it("of a question takes all answers to it along, which repeat what it said", () =>
    inRig(async (rig) => {
      await answered(rig, "You said canary", "canary, as I said");
      rig.attempts = [says("Later", finish()), says("So?", finish())];
      rig.ask("Something else");
      await rig.settle();
      const { seq } = rig.journal;
      await remove(rig, 1);
      expect(types(rig, seq)).toEqual(["message.deleted", "message.deleted", "message.deleted"]);
      expect(stored(rig)).not.toContain("canary");
      rig.ask("And?");
      await rig.settle();
      expect(asked(rig)).toEqual(["Something else", "Later", "And?"]);
    }));

  it("of the current answer makes the newest one left current, in the same commit", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B", "C");
      const { seq } = rig.journal;
      expect(await remove(rig, 4)).toEqual({ ok: true, value: { seq: seq + 1 } });
      expect(types(rig, seq)).toEqual(["message.deleted", "answer.selected"]);
      expect(current(rig)).toBe(3);
      await remove(rig, 2);
      expect(current(rig)).toBe(3);
      await remove(rig, 3);
      expect(types(rig, seq).slice(2)).toEqual(["message.deleted", "message.deleted"]);
      expect(rig.journal.message(1)).not.toHaveProperty("answer_id");
    }));

  it("is never shown to the model", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      await remove(rig, 3);
      rig.ask("Forget this", ADA, { answer: false });
      await remove(rig, 4);
      rig.attempts = [says("ok", finish())];
      rig.ask("And?");
      await rig.settle();
      expect(asked(rig)).toEqual(["Question?", "A", "And?"]);
    }));

  it("is for one's own messages and the answers to them, and for whoever keeps order", () =>
    inRig(
      async (rig) => {
        await answered(rig, "A");
        rig.attempts = [says("B", finish())];
        rig.ask("Bob's", BOB);
        await rig.settle();
        for (const id of [1, 2])
          expect(await remove(rig, id, BOB)).toMatchObject({ ok: false, error: { code: "forbidden" } });
        for (const id of [3, 4]) expect(await remove(rig, id, BOB)).toMatchObject({ ok: true });
        expect(await remove(rig, 99, BOB)).toMatchObject(refused("not_found"));
        expect(await remove(rig, 3, ADA)).toMatchObject({ ok: true });
      },
      {},
      MEMBERS,
    ));
});

describe("message.delete of a message that only the archive has", () => {
  const OLD: Message = {
    ...{ id: 1, role: "user", author: { user_id: 1, name: "user 1" }, content: "canary", data: {}, files: [] },
    ...{ turn_id: null, reply_to: null, client_id: "c1", created_at: "2026-11-21T12:00:00.000Z" },
  };
  /** A conversation whose first message is in the archive; its event is still here. */
  function archived(rig: Rig): void {
    rig.ask("canary", ADA, { answer: false });
    rig.ask("Second", ADA, { answer: false });
    rig.journal.trimMessages(2);
    rig.journal.commit(() => rig.journal.setFlushed(rig.journal.seq, 0));
    rig.archive = {
      before: async () => [OLD],
      after: async () => [OLD],
      find: async (_, id) => (id === 1 ? { message: OLD, seq: 2 } : null),
      answers: async () => [],
    };
  }

  it("takes its text from the log, and says so to D1", () =>
    inRig(async (rig) => {
      archived(rig);
      const { seq } = rig.journal;
      expect(await remove(rig, 1)).toEqual({ ok: true, value: { seq: seq + 1 } });
      expect(stored(rig)).not.toContain("canary");
    }));

  it("takes the answers along that only the archive has, too", () =>
    inRig(async (rig) => {
      archived(rig);
      rig.journal.trimMessages(3);
      const answer: Message = { ...OLD, id: 2, role: "assistant", author: null, reply_to: 1, client_id: null };
      rig.archive = {
        ...rig.archive,
        answers: async (_, question) => (question === 1 ? [{ message: answer, seq: 3 }] : []),
      };
      const { seq } = rig.journal;
      await remove(rig, 1);
      expect([...rig.journal.deletedAfter(seq).keys()]).toEqual([1, 2]);
    }));

  it("is not shown any more, though D1 has not heard of it", () =>
    inRig(async (rig) => {
      archived(rig);
      await remove(rig, 1);
      const history = await rig.room.command(ADA, { type: "history", ref: 1, limit: 10 });
      expect(history).toMatchObject({ value: { messages: [{ id: 1, content: "" }, { id: 2 }] } });
      expect(JSON.stringify(history)).not.toContain("canary");
      const { seq } = rig.journal;
      expect(await remove(rig, 1)).toEqual({ ok: true, value: { seq } });
    }));

  it("is not shown by a page that was asked for before it was deleted", () =>
    inRig(async (rig) => {
      archived(rig);
      let answer = (_: Message[]) => {};
      rig.archive = { ...rig.archive, before: () => new Promise((resolve) => (answer = resolve)) };
      const page = rig.room.command(ADA, { type: "history", ref: 1, limit: 10 });
      await remove(rig, 1);
      rig.journal.commit(() => rig.journal.setFlushed(rig.journal.seq, 0));
      answer([OLD]);
      expect(JSON.stringify(await page)).not.toContain("canary");
    }));

  it("is decided by who wrote it, and again after the archive was asked", () =>
    inRig(
      async (rig) => {
        archived(rig);
        expect(await remove(rig, 1, BOB)).toMatchObject({ ok: false, error: { code: "forbidden" } });
        expect(await remove(rig, 1, principal(3))).toMatchObject({ ok: false, error: { code: "not_found" } });
        const removal = remove(rig, 1, ADA);
        rig.journal.commit(() => rig.journal.members.remove(1));
        expect(await removal).toMatchObject({ ok: false, error: { code: "not_found" } });
        expect(stored(rig)).toContain("canary");
      },
      {},
      MEMBERS,
    ));

  it("waits until the archive can be asked", () =>
    inRig(async (rig) => {
      archived(rig);
      rig.archive = { ...rig.archive, find: () => Promise.reject(new Error("D1_ERROR: away")) };
      expect(await remove(rig, 1)).toMatchObject({ error: { code: "unavailable", retry_after_ms: 2_000 } });
    }));
});
