// Tools that clients run: a call ends its turn and is stored before anybody is told, its results are the next question.
import { expect, it } from "vitest";
import { toldOf, toldSince, underway } from "../../../src/conversation/audience/happenings.ts";
import { openCalls } from "../../../src/conversation/turns/calls.ts";
import { chat } from "../../../src/vocabularies/chat.ts";
import { call, calls, inRoom, result, shown, TOOLS } from "./calling.ts";
import { ADA, finish, principal, says, stalls } from "./rig.ts";

it("a call is stored with its turn's end; its result is a message, and the model goes on", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says("I look.", calls(call("c1"))), says("It is warm.", finish())];
    rig.ask("How warm?");
    await rig.pass(1_000);
    expect(rig.requests[0]?.tools).toEqual(TOOLS);
    expect(rig.journal.message(2)).toMatchObject({ content: "I look.", data: { tool_calls: [call("c1")] } });
    expect(calling().take(ADA, result("c1"))).toMatchObject({ ok: true, value: { message_id: 3, repeated: false } });
    await rig.pass(1_000);
    expect(rig.journal.message(3)).toMatchObject({ role: "tool", content: "20 °C", reply_to: 2 });
    expect(shown(rig, 1)).toEqual([
      ["user", "How warm?", undefined],
      ["assistant", "I look.", 1],
      ["tool", "20 °C", "c1"],
    ]);
    expect(rig.journal.message(4)).toMatchObject({ role: "assistant", content: "It is warm.", reply_to: 3 });
  }));

it("of several calls the last result makes the model go on, once, however often it is brought", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"), call("c2", "time"))), says("Done.", finish())];
    rig.ask("Both?");
    await rig.pass(1_000);
    calling().take(ADA, result("c2", "noon"));
    await rig.pass(1_000);
    expect(rig.requests).toHaveLength(1);
    calling().take(ADA, result("c1"));
    expect(calling().take(ADA, result("c1", "another"))).toMatchObject({
      ok: true,
      value: { message_id: 4, repeated: true },
    });
    await rig.pass(1_000);
    expect(rig.requests).toHaveLength(2);
    expect(shown(rig, 1)?.map(([role]) => role)).toEqual(["user", "assistant", "tool", "tool"]);
  }));

it("an id that comes again in a later answer is another call: it waits, and its result is answered", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("call_0"))), says("20.", finish()), says(calls(call("call_0")))];
    rig.attempts.push(says("21.", finish()));
    rig.ask("How warm?");
    await rig.pass(1_000);
    expect(calling().take(ADA, result("call_0", "20"))).toMatchObject({ ok: true, value: { message_id: 3 } });
    await rig.pass(1_000);
    rig.ask("And now?");
    await rig.pass(1_000);
    expect(openCalls(rig.journal)).toEqual([call("call_0")]);
    const second = { message_id: 7, repeated: false };
    expect(calling().take(ADA, result("call_0", "21"))).toMatchObject({ ok: true, value: second });
    expect(openCalls(rig.journal)).toEqual([]);
    expect(calling().take(ADA, result("call_0", "22"))).toMatchObject({ value: { ...second, repeated: true } });
    await rig.pass(1_000);
    expect(rig.journal.message(8)).toMatchObject({ role: "assistant", content: "21.", reply_to: 7 });
  }));

it("our own client's command brings a result, or what went wrong, and is answered alike when it is repeated", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"), call("c2", "time"))), says("Done.", finish())];
    rig.ask("Both?");
    await rig.pass(1_000);
    const brings = (call_id: string, outcome: { result?: unknown; error?: string }) =>
      calling().takeCommand(ADA, { type: "tool.result", ref: 1, call_id, ...outcome });
    const first = brings("c1", { result: { celsius: 20 } });
    expect(first).toMatchObject({ ok: true, value: { message_id: 3, repeated: false } });
    expect(brings("c1", { result: "late" })).toMatchObject({ ok: true, value: { message_id: 3, repeated: true } });
    expect(brings("c2", { error: "No clock." })).toMatchObject({ ok: true, value: { message_id: 4, repeated: false } });
    await rig.pass(1_000);
    expect([3, 4].map((id) => rig.journal.message(id))).toMatchObject([
      { content: '{"celsius":20}', data: { failed: false } },
      { content: "No clock.", data: { failed: true } },
    ]);
  }));

it("whoever comes is told of the calls that wait, though people went on meanwhile, until their results are there", () =>
  inRoom(async (rig, calling) => {
    const awaited = () =>
      underway(rig.journal, null).map(({ happening }) => happening.type === "awaiting" && happening.calls);
    rig.attempts = [says(calls(call("c1"), call("c2", "time"))), says("Later.", finish())];
    rig.ask("Both?");
    await rig.pass(1_000);
    expect(awaited()).toEqual([[call("c1"), call("c2", "time")]]);
    calling().take(ADA, result("c2", "noon"));
    expect(awaited()).toEqual([[call("c1")]]);
    rig.ask("Is it late?");
    await rig.pass(1_000);
    expect(awaited()).toEqual([[call("c1")]]);
    calling().take(ADA, result("c1"));
    expect(awaited()).toEqual([]);
  }));

it("an answer that tools led to is told with what the person asked, before its text and after it", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"))), says(calls(call("c2"))), says("It is warm.", finish())];
    rig.ask("How warm?");
    for (const call_id of ["c1", "c2"]) {
      await rig.pass(1_000);
      calling().take(ADA, result(call_id));
    }
    await rig.pass(1_000);
    const told = toldSince(rig.journal, null, { seq: 0, offset: 0 }, 100) ?? [];
    const questions = told.flatMap(({ happening }) => ("question" in happening ? happening.question.id : []));
    expect(questions).toEqual([1, 1, 1, 1, 1, 1]);
    const names = { conversation_id: 7, room_id: null, chat_id: null, model: null };
    const wires = told.flatMap(({ happening }) => chat.tell(happening, names));
    expect(wires.filter(({ event }) => event === "conversation").map(({ payload }) => payload)).toMatchObject([
      {
        user_message: { id: 1, role: "user", content: "How warm?" },
        assistant_responses: [{ content: "It is warm." }],
      },
    ]);
  }));

it("a person who stops while calls wait gives them up: the model does not go on, and later results are refused", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"), call("c2", "time"))), says("Fine.", finish())];
    rig.ask("Both?");
    await rig.pass(1_000);
    calling().take(ADA, result("c1"));
    expect(rig.room.asking.stop(ADA)).toBeNull(); // no turn runs
    expect(calling().giveUp(principal(9))).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(calling().giveUp(ADA)).toEqual({ ok: true, value: {} });
    expect(openCalls(rig.journal)).toEqual([]);
    expect(rig.journal.message(4)).toMatchObject({ role: "tool", reply_to: 2, data: { call_id: "c2", failed: true } });
    expect(calling().take(ADA, result("c2"))).toMatchObject({ ok: false, error: { code: "conflict" } });
    await rig.pass(1_000);
    expect(rig.requests).toHaveLength(1);
    const message = "Nothing is being answered here: there is nothing to stop.";
    expect(calling().giveUp(ADA)).toEqual({ ok: false, error: { code: "conflict", message } });
    expect(rig.journal.lastMessageId).toBe(4);
    rig.ask("Never mind.");
    await rig.pass(1_000);
    expect(shown(rig, 1)?.map(([role]) => role)).toEqual(["user", "assistant", "tool", "tool", "user"]);
  }));

it("a process that ends while a result is awaited loses neither the call nor the result", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1"))), stalls(), says("Done.", finish())];
    rig.ask("How warm?");
    await rig.pass(1_000);
    rig.restart();
    expect(calling().take(ADA, result("c1")).ok).toBe(true);
    rig.restart(); // the turn that it began dies with its process, and is taken up again
    await rig.pass(5_000);
    expect(rig.journal.message(4)).toMatchObject({ content: "Done." });
  }));

it("a message in between is answered without the open call; the result comes last, with its call and its question", () =>
  inRoom(async (rig, calling) => {
    const answers = ["Yes.", "Warm.", "Bye."].map((answer) => says(answer, finish()));
    rig.attempts = [says(calls(call("c1"))), ...answers];
    rig.ask("How warm?");
    await rig.pass(1_000);
    rig.ask("Still there?");
    await rig.pass(1_000);
    expect(shown(rig, 1)?.map(([role]) => role)).toEqual(["user", "user"]);
    calling().take(ADA, result("c1"));
    await rig.pass(1_000);
    const between = [
      ["user", "Still there?", undefined],
      ["assistant", "Yes.", undefined],
    ];
    const called = [
      ["user", "How warm?", undefined],
      ["assistant", "", 1],
      ["tool", "20 °C", "c1"],
    ];
    expect(shown(rig, 2)).toEqual([...between, ...called]);
    rig.ask("Thanks!");
    await rig.pass(1_000);
    const warm = ["assistant", "Warm.", undefined];
    expect(shown(rig, 3)).toEqual([...called, warm, ...between, ["user", "Thanks!", undefined]]);
  }));

it("what nobody offers is not called, and after eight rounds nothing is", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says("No.", calls(call("x", "rm")))];
    rig.ask("Go on");
    await rig.pass(1_000);
    expect(rig.journal.message(2)?.data).toEqual({});
    rig.attempts = Array.from({ length: 9 }, (_, n) => says(`${n}`, calls(call(`c${n}`))));
    rig.ask("For ever");
    for (let n = 0; n < 9; n += 1) {
      await rig.pass(1_000);
      calling().take(ADA, result(`c${n}`));
    }
    expect(rig.requests.slice(1).map(({ tools }) => tools?.length)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 0]);
    expect(calling().take(ADA, result("c8"))).toMatchObject({ ok: false, error: { code: "not_found" } });
  }));

it("a long way to an answer leaves out what was called for first, but not the question", () =>
  inRoom(async (rig, calling) => {
    const long = "It has been warm for days. ".repeat(600);
    const ids = ["c1", "c2", "c3", "c4", "c5"];
    rig.attempts = [...ids.map((id) => says(long, calls(call(id)))), says("Warm.", finish())];
    rig.ask("How warm?");
    for (const id of ids) {
      await rig.pass(1_000);
      calling().take(ADA, result(id));
    }
    await rig.pass(1_000);
    expect(shown(rig, 5)?.[0]).toEqual(["user", "How warm?", undefined]);
    expect(shown(rig, 5)?.at(-1)).toEqual(["tool", "20 °C", "c5"]);
    expect(shown(rig, 5)?.length).toBeLessThan(11);
  }));

it("after a retry nothing stays of what the replaced answer called for and led to, and late results for it are refused", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [
      says(calls(call("c1"))),
      says("20.", calls(call("c2"))),
      says("21.", finish()),
      says("Yes.", finish()),
    ];
    rig.ask("How warm?");
    await rig.pass(1_000);
    calling().take(ADA, result("c1"));
    await rig.pass(1_000);
    expect(openCalls(rig.journal)).toEqual([call("c2")]);
    rig.room.asking.retry(ADA, { message_id: 1 });
    await rig.pass(1_000);
    expect(openCalls(rig.journal)).toEqual([]);
    expect(calling().take(ADA, result("c2"))).toMatchObject({ ok: false, error: { code: "conflict" } });
    rig.ask("Sure?");
    await rig.pass(1_000);
    expect(shown(rig, 3)).toEqual([
      ["user", "How warm?", undefined],
      ["assistant", "21.", undefined],
      ["user", "Sure?", undefined],
    ]);
  }));

it("a result is refused of strangers and of unknown calls", () =>
  inRoom(async (rig, calling) => {
    rig.attempts = [says(calls(call("c1")))];
    rig.ask("How warm?");
    await rig.pass(1_000);
    const refused = [calling().take(principal(9), result("c1")), calling().take(ADA, result("c2"))];
    expect(refused.map((answer) => answer.ok || answer.error.code)).toEqual(["not_found", "not_found"]);
    expect(rig.journal.lastMessageId).toBe(2);
  }));

it("whoever is removed while an answer is written or waits for a call is told which, and of no answer that has ended", () =>
  inRoom(async (rig, calling) => {
    const told = (fields: { type: "erased" } | { type: "removed"; user_id: number }) => {
      const { events } = rig.journal.commit(() =>
        fields.type === "erased"
          ? rig.journal.append("conversation.erased", {})
          : rig.journal.append("member.removed", { user_id: fields.user_id }),
      );
      return events.map((event) => toldOf(rig.journal, event, 0).happening);
    };
    rig.attempts = [stalls("It "), says(calls(call("c1"))), says("It is warm.", finish())];
    rig.ask("How warm?");
    await rig.pass(1_000);
    const removed = { type: "removed", user_id: 2 } as const;
    const running = { turn: { state: "running" }, question: { content: "How warm?" } };
    const [seen] = told(removed);
    expect(seen).toMatchObject({ ...removed, unanswered: running });
    rig.answering.cancel(1);
    expect(told(removed)).toEqual([{ ...removed, unanswered: null }]);
    rig.ask("How warm now?");
    await rig.pass(1_000);
    const waiting = { turn: { state: "finished" }, question: { content: "How warm now?" } };
    expect(told(removed)).toMatchObject([{ ...removed, unanswered: waiting }]);
    expect(told({ type: "erased" })).toMatchObject([{ type: "erased", unanswered: waiting }]);
    calling().take(ADA, result("c1"));
    await rig.pass(1_000);
    expect(told(removed)).toEqual([{ ...removed, unanswered: null }]);
  }));
