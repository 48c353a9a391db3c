// Choosing among the answers to a question: what stays current, for everybody and for the model (R5, R7).
import { describe, expect, it } from "vitest";
import { ModelError } from "../../../src/models/model.ts";
import { answered, asked, BOB, current, edit, MEMBERS, refused, remove, retry, select, types } from "./revisions.ts";
import { ADA, finish, inRig, type Rig, says, stalls } from "./rig.ts";

describe("answer.select", () => {
  it("makes an answer the current one, for everybody and for the model", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      const watcher = rig.watch();
      const { seq } = rig.journal;
      expect(await select(rig, 2)).toEqual({ ok: true, value: { seq: seq + 1 } });
      expect(watcher.frames).toMatchObject([{ type: "answer.selected", question_id: 1, message_id: 2 }]);
      rig.attempts = [says("ok", finish())];
      rig.ask("And?");
      await rig.settle();
      expect(asked(rig)).toEqual(["Question?", "A", "And?"]);
    }));

  it("of the current answer changes nothing", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      const { seq } = rig.journal;
      expect(await select(rig, 3)).toEqual({ ok: true, value: { seq } });
      expect(rig.journal.seq).toBe(seq);
    }));

  it("is for answers that stand there, and are not too old", () =>
    inRig(
      async (rig) => {
        await answered(rig, "A", "B", "C");
        await remove(rig, 3);
        for (const id of [1, 3, 99]) expect(await select(rig, id)).toMatchObject(refused("not_found"));
        expect(await select(rig, 2, BOB)).toMatchObject({ ok: false, error: { code: "forbidden" } });
        rig.journal.trimMessages(4);
        for (const id of [2, 4]) expect(await select(rig, id)).toMatchObject(refused("gone"));
      },
      {},
      MEMBERS,
    ));

  it("holds until the next answer ends, which is current then", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      await select(rig, 2);
      rig.restart();
      expect(current(rig)).toBe(2);
      rig.attempts = [says("C", finish())];
      await retry(rig, 1);
      await rig.settle();
      expect(current(rig)).toBe(4);
    }));

  it("while a further answer is written stands when that one ends, also after a restart", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      for (const chosen of [2, 2, 3]) {
        rig.attempts = [stalls("Half"), says(" and the rest", finish())];
        await retry(rig, 1);
        await rig.settle();
        expect(await select(rig, chosen)).toMatchObject({ ok: true });
        const { seq } = rig.journal;
        rig.restart();
        await rig.settle();
        await rig.pass(5_000);
        expect(types(rig, seq)).toEqual(["turn.finished", "answer.selected"]);
        expect(current(rig)).toBe(chosen);
      }
    }));

  it("that is deleted before the further answer ends leaves its place to that one", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      let end = () => {};
      rig.attempts = [says("C", new Promise<void>((resolve) => (end = resolve)), finish())];
      await retry(rig, 1);
      await rig.settle();
      await select(rig, 2);
      for (const id of [2, 3]) await remove(rig, id);
      end();
      await rig.settle();
      expect(current(rig)).toBe(4);
    }));

  it("of an answer to a text that was edited since is refused, and says what to do", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      rig.attempts = [says("C", finish())];
      await edit(rig, 1, "Another question?");
      await rig.settle();
      expect(await select(rig, 2)).toEqual({
        ok: false,
        error: {
          code: "conflict",
          message: "This answers an earlier text of the question. Have the new text answered instead.",
          field: "message_id",
        },
      });
      expect(current(rig)).toBe(4);
    }));

  it("is not changed by an answer that breaks off; that one can be chosen", () =>
    inRig(async (rig) => {
      await answered(rig, "Whole");
      const { seq } = rig.journal;
      rig.attempts = [says("Half", new ModelError("model_refused", "The model refused.", false))];
      await retry(rig, 1);
      await rig.settle();
      expect(types(rig, seq)).toEqual(["turn.started", "turn.interrupted", "answer.selected"]);
      expect(current(rig)).toBe(2);
      rig.restart();
      expect(current(rig)).toBe(2);
      expect(await select(rig, 3)).toMatchObject({ ok: true });
      expect(current(rig)).toBe(3);
    }));

  it("is not changed by an answer that ends because whoever asked for it is removed", () =>
    inRig(
      async (rig) => {
        rig.attempts = [says("Whole", finish()), stalls("Half")];
        rig.ask("Bob's", BOB);
        await rig.settle();
        await retry(rig, 1, BOB);
        await rig.settle();
        const { seq } = rig.journal;
        expect(await rig.room.command(ADA, { type: "member.remove", ref: 1, user_id: BOB.user_id })).toMatchObject({
          ok: true,
        });
        expect(types(rig, seq)).toEqual(["turn.cancelled", "answer.selected", "member.removed"]);
        expect(current(rig)).toBe(2);
      },
      {},
      MEMBERS,
    ));

  it("gives way to an answer that a person stops: it is the one before everybody's eyes", () =>
    inRig(async (rig) => {
      await answered(rig, "Whole");
      rig.attempts = [stalls("Half"), says("ok", finish())];
      await retry(rig, 1);
      await rig.settle();
      const { seq } = rig.journal;
      await rig.room.command(ADA, { type: "turn.cancel", ref: 1, turn_id: 2 });
      expect(types(rig, seq)).toEqual(["turn.cancelled"]);
      expect(current(rig)).toBe(3);
      rig.restart();
      expect(current(rig)).toBe(3);
      rig.ask("And?");
      await rig.settle();
      expect(asked(rig)).toEqual(["Question?", "Half", "And?"]);
    }));

  it("is not changed by an answer that a person stops before its first word", () =>
    inRig(async (rig) => {
      await answered(rig, "Whole");
      rig.attempts = [stalls()];
      await retry(rig, 1);
      await rig.settle();
      await rig.room.command(ADA, { type: "turn.cancel", ref: 1, turn_id: 2 });
      expect(current(rig)).toBe(2);
    }));

  it("is not changed by an answer that failed without a word", () =>
    inRig(async (rig) => {
      await answered(rig, "A", "B");
      await select(rig, 2);
      rig.attempts = [says(finish())];
      await retry(rig, 1);
      await rig.settle();
      expect(current(rig)).toBe(2);
    }));
});

describe("the last message of a conversation", () => {
  const last = (rig: Rig) => {
    const described = rig.reading.describe(ADA);
    return described.ok ? described.value.last_message?.content : null;
  };

  it("is the latest that is not deleted, and no answer that another one has taken the place of", () =>
    inRig(async (rig) => {
      expect(last(rig)).toBeUndefined();
      await answered(rig, "A", "B");
      expect(last(rig)).toBe("B");
      await select(rig, 2);
      expect(last(rig)).toBe("A");
      await remove(rig, 2);
      expect(last(rig)).toBe("B");
      await remove(rig, 3);
      expect(last(rig)).toBe("Question?");
      await remove(rig, 1);
      expect(last(rig)).toBeUndefined();
    }));
});
