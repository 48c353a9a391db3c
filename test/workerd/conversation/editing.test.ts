// Editing a message: what everybody sees, what the model is asked, and what is refused whole.
import { describe, expect, it } from "vitest";
import type { Model } from "../../../src/models/model.ts";
import { type Outcome, ok, refuse } from "../../../src/protocol/errors.ts";
import { answered, asked, BOB, current, edit, MEMBERS, refused, remove, retry, stored, types } from "./revisions.ts";
import { ADA, finish, inRig, says, stalls } from "./rig.ts";

const UNKNOWN_MODEL = refuse("unprocessable", "There is no such model.");

describe("message.edit", () => {
  it("shows everybody the new text, and answers it anew", () =>
    inRig(async (rig) => {
      await answered(rig, "Old answer");
      const watcher = rig.watch();
      const { seq } = rig.journal;
      rig.attempts = [says("New answer", finish())];
      rig.clock.time += 1_000;
      expect(await edit(rig, 1, "Better question?")).toEqual({ ok: true, value: { seq: seq + 1, turn_id: 2 } });
      await rig.settle();
      expect(types(rig, seq)).toEqual(["message.edited", "turn.started", "turn.finished"]);
      const edited_at = new Date(rig.clock.time).toISOString();
      const after = { id: 1, content: "Better question?", client_id: "c1", reply_to: null };
      expect(watcher.frames[0]).toMatchObject({ message: { ...after, edited_at } });
      expect(watcher.frames[0]).not.toHaveProperty("message.answer_id");
      expect(rig.journal.message(1)).toMatchObject({ ...after, answer_id: 3, edited_at });
      expect(rig.journal.message(3)).toMatchObject({ content: "New answer", reply_to: 1 });
      expect(asked(rig)).toEqual(["Better question?"]);
    }));

  it("ends the answer under way, in the same commit; what there was of it stays a variant", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("Half"), says("Whole", finish())];
      rig.ask("Question?");
      await rig.settle();
      const { seq } = rig.journal;
      expect(await edit(rig, 1, "Better?")).toMatchObject({ ok: true, value: { seq: seq + 2, turn_id: 2 } });
      expect(rig.journal.seq).toBe(seq + 3);
      await rig.settle();
      expect(types(rig, seq)).toEqual(["turn.cancelled", "message.edited", "turn.started", "turn.finished"]);
      expect(rig.ledger(1)).toEqual(["first cancelled"]);
      expect(rig.journal.message(2)).toMatchObject({ content: "Half", reply_to: 1 });
      expect(current(rig)).toBe(3);
    }));

  it("of a text that was edited elsewhere meanwhile is refused, where its `edited_at` is given", () =>
    inRig(async (rig) => {
      rig.ask("one", ADA, { answer: false });
      const save = (content: string, edited_at: string | null) =>
        rig.room.command(ADA, { type: "message.edit", ref: 1, message_id: 1, content, edited_at });
      expect(await save("hers", null)).toMatchObject({ ok: true });
      const { seq } = rig.journal;
      const message = "This message was edited elsewhere meanwhile. Look at it, and save again if yours is to stand.";
      expect(await save("his", null)).toEqual({ ok: false, error: { code: "conflict", message, field: "edited_at" } });
      expect(await save("hers", null)).toMatchObject({ ok: true }); // asked again after a lost answer
      expect([rig.journal.seq, rig.journal.message(1)?.content]).toEqual([seq, "hers"]);
      expect(await save("his", rig.journal.message(1)?.edited_at ?? null)).toMatchObject({ ok: true });
      expect(await edit(rig, 1, "whoever's")).toMatchObject({ ok: true });
    }));

  it("asks again behind those who wait, in place of a turn that had not begun", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("A"), says("to 3", finish()), says("to 2", finish())];
      rig.ask("one");
      rig.ask("two");
      rig.ask("three");
      await rig.settle();
      const { ok, value } = { value: null, ...(await edit(rig, 3, "two, better")) };
      expect([ok, value]).toEqual([true, { seq: rig.journal.seq, turn_id: 4 }]);
      expect(rig.journal.ledger.openTurns().map(({ question_id }) => question_id)).toEqual([1, 4, 3]);
      expect(rig.journal.ledger.turn(2)).toMatchObject({ state: "cancelled", attempt: 0 });
    }));

  it("lets those who wait go on when the running answer is the one that is asked anew", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("A"), says("to two", finish()), says("to one", finish())];
      rig.ask("one");
      rig.ask("two");
      await rig.settle();
      expect(await edit(rig, 1, "one, better")).toMatchObject({ ok: true, value: { turn_id: 3 } });
      await rig.settle();
      expect(rig.journal.ledger.openTurns()).toEqual([]);
      const answers = rig.journal.messagesAfter(0, 10).flatMap((m) => (m.role === "assistant" ? [m.content] : []));
      expect(answers).toEqual(["A", "to two", "to one"]);
    }));

  it("takes the time of the last edit as an instant, however finely it is written", () =>
    inRig(async (rig) => {
      rig.ask("one", ADA, { answer: false });
      await edit(rig, 1, "two");
      const edited_at = new Date(rig.clock.time).toISOString();
      const save = (edited_at: string) =>
        rig.room.command(ADA, { type: "message.edit", ref: 1, message_id: 1, content: "three", edited_at });
      expect(await save(edited_at.replace("Z", "000Z").replace(/^2/, "3"))).toMatchObject({
        ok: false,
        error: { field: "edited_at" },
      });
      expect(await save(edited_at.replace("Z", "000Z"))).toMatchObject({ ok: true });
    }));

  it("is answered as the mode and the new text say, also while an answer to the old text is under way", () =>
    inRig(async (rig) => {
      const [off, mention] = (["off", "mention"] as const).map((assistant_mode) => ({ assistant_mode }));
      const unanswered = () => ({ ok: true, value: { seq: rig.journal.seq } });
      rig.attempts = [stalls("Half"), stalls("Half")];
      rig.ask("Question?");
      await rig.settle();
      await rig.room.command(ADA, { type: "configure", ref: 1, ...off });
      expect(await edit(rig, 1, "Better?")).toEqual(unanswered());
      await rig.room.command(ADA, { type: "configure", ref: 2, ...mention });
      rig.ask("@assistant, and you?");
      await rig.settle();
      expect(await edit(rig, 3, "And all of you?")).toEqual(unanswered());
      await rig.settle();
      expect([rig.ledger(1), rig.ledger(2)]).toEqual([["first cancelled"], ["first cancelled"]]);
      expect(rig.journal.ledger.openTurns()).toEqual([]);
    }));

  it("asks for an answer when the new text wants one", () =>
    inRig(async (rig) => {
      await rig.room.command(ADA, { type: "configure", ref: 1, assistant_mode: "mention" });
      rig.ask("To all");
      expect(await edit(rig, 1, "To all of you")).toEqual({ ok: true, value: { seq: rig.journal.seq } });
      rig.attempts = [says("Me?", finish()), says("Me again?", finish())];
      expect(await edit(rig, 1, "@assistant, to you")).toMatchObject({ ok: true, value: { turn_id: 1 } });
      await rig.settle();
      expect(await edit(rig, 1, "@assistant, to you too")).toMatchObject({ ok: true, value: { turn_id: 2 } });
      await rig.settle();
      for (const text of ["To all, after all", "To all then"])
        expect(await edit(rig, 1, text)).toEqual({ ok: true, value: { seq: rig.journal.seq } });
    }));

  it.each([
    ["after some words, which are current then", ["New and"], 3],
    ["before its first word", [], undefined],
  ])("leaves no answer to the old text current when the new one is stopped %s", (_when, words, left) =>
    inRig(async (rig) => {
      await answered(rig, "Old answer");
      rig.attempts = [stalls(...words), says("Well", finish())];
      rig.clock.time += 1_000;
      await edit(rig, 1, "Better question?");
      await rig.settle();
      rig.answering.cancelAll(() => true);
      expect(current(rig)).toBe(left);
      rig.ask("And now?");
      await rig.settle();
      expect(asked(rig)).toEqual(["Better question?", ...words, "And now?"]);
    }),
  );

  it("asks the model that its sender chose, as long as it is there, and so does asking again", () => {
    const there = new Set(["mine"]);
    const model = (name: string | null): Outcome<Model> =>
      name === null || there.has(name) ? ok({ name: name ?? "the default", stream: says() }) : UNKNOWN_MODEL;
    return inRig(
      async (rig) => {
        rig.attempts = [1, 2, 3, 4].map(() => says("Answer", finish()));
        rig.room.asking.send(ADA, { client_id: "a", content: "Why?", model: "mine", temperature: 0.2 });
        await rig.settle();
        await edit(rig, 1, "Why not?");
        await rig.settle();
        await retry(rig, 1);
        await rig.settle();
        there.clear();
        expect(await edit(rig, 1, "Why?")).toMatchObject({ ok: true });
        await rig.settle();
        const models = [1, 2, 3, 4].map((id) => rig.journal.ledger.turn(id)?.model);
        expect(models).toEqual(["mine", "mine", "mine", "the default"]);
        expect(rig.requests.map(({ temperature }) => temperature)).toEqual([0.2, 0.2, 0.2, 0.2]);
      },
      { resolveModel: model },
    );
  });

  it("asks for none when the message was sent for people only, or the assistant is off now", () =>
    inRig(async (rig) => {
      rig.ask("A note", ADA, { answer: false });
      expect(await edit(rig, 1, "A better note")).toEqual({ ok: true, value: { seq: rig.journal.seq } });
      rig.attempts = [says("A", finish())];
      rig.ask("Question?");
      await rig.settle();
      await rig.room.command(ADA, { type: "configure", ref: 1, assistant_mode: "off" });
      expect(await edit(rig, 2, "Another?")).toEqual({ ok: true, value: { seq: rig.journal.seq } });
      await rig.settle();
      expect(rig.requests).toHaveLength(1);
    }));

  it("to the same text changes nothing, and names the turn under way: a lost reply may be asked for again", () =>
    inRig(async (rig) => {
      await answered(rig, "A");
      rig.attempts = [stalls("B")];
      await edit(rig, 1, "Better?");
      await rig.settle();
      const { seq } = rig.journal;
      expect(await edit(rig, 1, "Better?")).toEqual({ ok: true, value: { seq, turn_id: 2 } });
      expect(rig.journal.seq).toBe(seq);
    }));

  it("leaves a client_id its first result", () =>
    inRig(async (rig) => {
      rig.ask("First", ADA, { client_id: "k", answer: false });
      await edit(rig, 1, "Second");
      expect(rig.ask("First", ADA, { client_id: "k" })).toMatchObject({ ok: true, value: { repeated: true } });
      expect(rig.ask("Second", ADA, { client_id: "k" })).toMatchObject({ ok: false, error: { code: "conflict" } });
    }));

  it("leaves nothing of the old text in the object", () =>
    inRig(async (rig) => {
      rig.ask("canary one", ADA, { answer: false });
      await edit(rig, 1, "canary two");
      await edit(rig, 1, "third");
      expect(stored(rig)).not.toContain("canary");
      expect(rig.journal.message(1)?.content).toBe("third");
    }));

  it("is refused whole while eight wait, but not for a turn that it takes the place of", () =>
    inRig(async (rig) => {
      await rig.room.command(ADA, { type: "configure", ref: 1, assistant_mode: "mention" });
      rig.ask("Unasked");
      rig.attempts = [stalls("A")];
      for (let i = 0; i < 9; i += 1) rig.ask(`@assistant ${i}`);
      await rig.settle();
      const { seq } = rig.journal;
      expect(await edit(rig, 1, "@assistant Asked now")).toMatchObject({ ok: false, error: { code: "busy" } });
      expect(rig.journal.message(1)).toMatchObject({ content: "Unasked" });
      expect(rig.journal.seq).toBe(seq);
      expect(await edit(rig, 4, "@assistant Better")).toMatchObject({ ok: true });
    }));

  it("is refused whole when too many messages are sent", () =>
    inRig(
      async (rig) => {
        for (let i = 0; i < 10; i += 1) rig.ask("Hi", ADA, { answer: false });
        const { seq } = rig.journal;
        expect(await edit(rig, 1, "Better")).toMatchObject({ ok: false, error: { code: "rate_limited" } });
        expect(rig.journal.message(1)?.content).toBe("Hi");
        expect(rig.journal.seq).toBe(seq);
      },
      { messagesPerMinute: 30 },
    ));

  it("is refused whole when its answer's model is not known", () =>
    inRig(
      async (rig) => {
        await rig.room.command(ADA, { type: "configure", ref: 1, assistant_mode: "mention" });
        rig.ask("Hi");
        const { seq } = rig.journal;
        expect(await edit(rig, 1, "@assistant, better")).toEqual(UNKNOWN_MODEL);
        expect(rig.journal.message(1)?.content).toBe("Hi");
        expect(rig.journal.seq).toBe(seq);
      },
      { resolveModel: () => UNKNOWN_MODEL },
    ));

  it("is for one's own messages that stand there and are not too old", () =>
    inRig(
      async (rig) => {
        await answered(rig, "A");
        rig.ask("Deleted", ADA, { answer: false });
        await remove(rig, 3);
        expect(await edit(rig, 3, "New")).toMatchObject(refused("not_found"));
        expect(await edit(rig, 99, "New")).toMatchObject(refused("not_found"));
        expect(await edit(rig, 2, "New")).toMatchObject({ ok: false, error: { code: "forbidden" } });
        expect(await edit(rig, 1, "New", BOB)).toMatchObject({ ok: false, error: { code: "forbidden" } });
        rig.journal.trimMessages(3);
        expect(await edit(rig, 1, "New")).toMatchObject(refused("gone"));
      },
      {},
      MEMBERS,
    ));
});
