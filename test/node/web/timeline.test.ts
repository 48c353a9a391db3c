// What the timeline shows, of every way a turn and a message can stand.
import { describe, expect, test } from "vitest";
import type { PendingMessage, TurnView } from "../../../src/client/types.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { placeOf } from "../../../src/web/conversation/go-to.ts";
import { buildTimeline } from "../../../src/web/conversation/timeline.ts";
import { openTurn, turnNote, withEnded } from "../../../src/web/conversation/turn-notes.ts";
import type { Look } from "../../../src/web/conversation/variants.ts";
import { newMessage, newTurn } from "../../support/samples.ts";

const ADA = { user_id: 1, name: "Ada" };
const BEN = { user_id: 2, name: "Ben" };

const message = (id: number, change: Partial<Message> = {}): Message =>
  newMessage(id, { author: ADA, created_at: `2026-11-21T10:00:${String(id).padStart(2, "0")}.000Z`, ...change });

const answer = (id: number, questionId: number, turnId: number, change: Partial<Message> = {}): Message =>
  message(id, { role: "assistant", author: null, reply_to: questionId, turn_id: turnId, ...change });

const turn = (id: number, questionId: number, change: Partial<TurnView> = {}): TurnView => ({
  ...newTurn(id, questionId, { model: "fake", started_at: null }),
  text: "",
  ...change,
});

const pending = (client_id: string): PendingMessage => ({
  client_id,
  content: "hello",
  reply_to: null,
  created_at: "2026-11-21T10:00:00.000Z",
  error: null,
});

const build = (
  messages: Message[],
  turns: TurnView[] = [],
  waiting: PendingMessage[] = [],
  looks: Record<number, Look> = {},
) =>
  buildTimeline(
    { messages, gaps: new Set(), turns: new Map(turns.map((each) => [each.id, each])), pending: waiting },
    ADA.user_id,
    new Map(Object.entries(looks).map(([question, look]) => [Number(question), look])),
  );

const kinds = (...args: Parameters<typeof build>) => build(...args).map((item) => item.kind);

/** What stands where: messages by id, answers by the text of the one that is shown. */
const order = (...args: Parameters<typeof build>) =>
  build(...args).flatMap((item): (number | string)[] => {
    if (item.kind === "message") return [item.message.id];
    return item.kind === "answer" ? [item.variants.shown.text] : [];
  });

/** The variants of the only answer. */
function variants(...args: Parameters<typeof build>) {
  const answers = build(...args).flatMap((item) => (item.kind === "answer" ? [item.variants] : []));
  expect(answers).toHaveLength(1);
  const [only] = answers;
  return { all: only?.all.map(({ text }) => text), current: only?.current.text, shown: only?.shown.text };
}

describe("rows", () => {
  test("a day's first message stands under the day", () => {
    expect(kinds([message(1), message(2)])).toEqual(["day", "message", "message"]);
    expect(kinds([message(1), message(2, { created_at: "2026-11-24T10:00:00.000Z" })])).toEqual([
      "day",
      "message",
      "day",
      "message",
    ]);
  });

  test("messages of one author close together share a heading, those of another author do not", () => {
    const rows = build([message(1), message(2), message(3, { author: BEN })]);
    expect(rows.map((row) => (row.kind === "message" ? [row.own, row.continued] : []))).toEqual([
      [],
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test("a pending message leaves the end as soon as its event is here", () => {
    expect(kinds([message(1)], [], [pending("a")])).toEqual(["day", "message", "pending"]);
    expect(kinds([message(1, { client_id: "a" })], [], [pending("a")])).toEqual(["day", "message"]);
  });

  test("where some are not loaded a gap stands, and what follows it begins anew", () => {
    const said = [message(1), message(2), answer(30, 9, 1), message(31)];
    const gaps = new Set([2]);
    const items = buildTimeline({ messages: said, gaps, turns: new Map(), pending: [] }, ADA.user_id, new Map());
    expect(items.map(({ kind }) => kind)).toEqual(["day", "message", "message", "gap", "day", "answer", "message"]);
    expect(items[3]).toMatchObject({ after: 2, before: 30 });
  });

  test("an answer that is loaded alone stands under its question, and the gap around it is one", () => {
    const said = [message(1, { answer_id: 20 }), answer(20, 1, 1), message(31)];
    const gaps = new Set([1, 20]);
    const items = buildTimeline({ messages: said, gaps, turns: new Map(), pending: [] }, ADA.user_id, new Map());
    expect(items.map(({ kind }) => kind)).toEqual(["day", "message", "answer", "gap", "day", "message"]);
    expect(items[3]).toMatchObject({ after: 1, before: 31 });
  });

  test("keys are unique", () => {
    const rows = build(
      [message(1), answer(2, 1, 5), message(3)],
      [turn(5, 1, { state: "finished", answer_id: 2 }), turn(6, 3)],
      [pending("a")],
    );
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });
});

describe("answers", () => {
  test("a running answer stands under its question, with the text so far", () => {
    expect(order([message(1)], [turn(5, 1, { text: "Half an ans" })])).toEqual([1, "Half an ans"]);
    expect(order([message(1), message(2)], [turn(5, 1, { text: "Half an ans" })])).toEqual([1, "Half an ans", 2]);
  });

  test("a finished answer stands where it was while it was written", () => {
    const messages = [message(1), message(3)];
    const running = turn(5, 1, { answer_id: 2, text: "message 2" });
    expect(order(messages, [running])).toEqual([1, "message 2", 3]);
    expect(order([message(1), answer(2, 1, 5), message(3)], [{ ...running, state: "finished" }])).toEqual([
      1,
      "message 2",
      3,
    ]);
  });

  test("an answer keeps its row's and its own key when it is finished", () => {
    const [running] = build([message(1)], [turn(5, 1)]).slice(-1);
    const [finished] = build([message(1), answer(2, 1, 5)], [turn(5, 1, { state: "finished", answer_id: 2 })]).slice(
      -1,
    );
    if (running?.kind !== "answer" || finished?.kind !== "answer") throw new Error("no answers");
    expect(finished.key).toBe(running.key);
    expect(finished.variants.shown.key).toBe(running.variants.shown.key);
  });

  test("each answer stands under its own question, also when questions had to wait", () => {
    const messages = [message(1), message(2), answer(3, 1, 5), answer(4, 2, 6)];
    expect(order(messages)).toEqual([1, "message 3", 2, "message 4"]);
  });

  test("an answer whose question is on an earlier page waits for it, unless nothing stands above", () => {
    expect(order([answer(30, 29, 5), message(31), answer(32, 7, 6)])).toEqual(["message 30", 31]);
    expect(order([answer(30, 29, 5), answer(31, 28, 6), message(32)])).toEqual(["message 30", "message 31", 32]);
  });

  test("an answer without a question stands in its own place", () => {
    expect(order([message(1), message(2, { role: "assistant", author: null }), message(3)])).toEqual([
      1,
      "message 2",
      3,
    ]);
  });

  test("an answer of another day begins no new day: its question's place does", () => {
    const late = answer(9, 1, 6, { created_at: "2026-11-28T10:00:00.000Z" });
    expect(kinds([message(1), message(2), late])).toEqual(["day", "message", "answer", "message"]);
  });

  test("a question that waits for the answer before it says so", () => {
    const rows = build([message(1), message(2)], [turn(5, 1), turn(6, 2, { state: "queued" })]);
    expect(rows.find((row) => row.kind === "message" && row.message.id === 2)).toMatchObject({ queued: true });
  });
});

describe("variants of an answer", () => {
  const asked = (change: Partial<Message> = {}) => message(1, change);
  const [first, second] = [answer(2, 1, 5), answer(40, 1, 9)];

  test("only one is shown, under its question, however late it was written", () => {
    expect(order([asked(), first, message(3), second])).toEqual([1, "message 40", 3]);
    expect(variants([asked(), first, message(3), second]).all).toEqual(["message 2", "message 40"]);
  });

  test("the one selected for everyone is shown, without a choice the last one", () => {
    expect(variants([asked({ answer_id: 2 }), first, second])).toMatchObject({ current: "message 2" });
    expect(variants([asked(), first, second])).toMatchObject({ current: "message 40" });
    expect(variants([asked({ answer_id: 99 }), first, second])).toMatchObject({ current: "message 40" });
  });

  test("one that is being written is the last one, and shown", () => {
    const running = turn(10, 1, { text: "new" });
    expect(variants([asked({ answer_id: 2 }), first, second], [running])).toEqual({
      all: ["message 2", "message 40", "new"],
      current: "new",
      shown: "new",
    });
  });

  test("when a later try brought nothing, what was selected stays, and the failure is told under it", () => {
    const rows = [[asked({ answer_id: 2 }), first, second], [turn(10, 1, { state: "failed" })]] as const;
    expect(variants([...rows[0]], [...rows[1]])).toMatchObject({ current: "message 2" });
    expect(kinds([...rows[0]], [...rows[1]])).toEqual(["day", "message", "answer", "failure"]);
  });

  test("one that somebody stops is shown on, and whoever looks at another one goes on doing so", () => {
    const running = [[asked({ answer_id: 2 }), first], [turn(9, 1, { answer_id: 40, text: "message 40" })]] as const;
    const stopped = [[asked({ answer_id: 40 }), first, second], [turn(9, 1, { state: "cancelled" })]] as const;
    const look = { 1: { key: "turn-5", insteadOf: "turn-9" } };
    for (const [messages, turns] of [running, stopped]) {
      expect(variants([...messages], [...turns])).toMatchObject({ shown: "message 40" });
      expect(variants([...messages], [...turns], [], look)).toMatchObject({ shown: "message 2" });
    }
  });

  test("another one can be looked at here, until what is current for everyone changes", () => {
    const look = { 1: { key: "turn-5", insteadOf: "turn-9" } };
    expect(variants([asked(), first, second], [], [], look)).toMatchObject({
      current: "message 40",
      shown: "message 2",
    });
    expect(variants([asked(), first, second], [turn(10, 1, { text: "new" })], [], look)).toMatchObject({
      shown: "new",
    });
  });

  test("a deleted one is left out while there is another", () => {
    const deleted = { ...second, content: "", deleted_at: "2026-11-21T11:00:00.000Z" };
    expect(variants([asked(), first, deleted]).all).toEqual(["message 2"]);
    expect(variants([asked({ answer_id: 40 }), deleted]).all).toEqual([""]);
  });
});

describe("going to a message", () => {
  const go = (to: number, messages: Message[]) => placeOf(to, build(messages), messages);
  const [first, second] = [answer(2, 1, 5), answer(40, 1, 9)];

  test("leads to its row", () => {
    expect(go(3, [message(1), message(3)])).toEqual({ kind: "row", key: "message-3" });
    expect(go(2, [message(1), first])).toEqual({ kind: "row", key: "answer-1" });
  });

  test("leads to an answer beside the one that is shown by showing it", () => {
    expect(go(2, [message(1), first, second])).toEqual({ kind: "variant", questionId: 1, index: 0 });
  });

  test("that was an answer and is deleted leads to the one that stands in its place, and says so", () => {
    const gone = { ...first, content: "", deleted_at: second.created_at };
    expect(go(2, [message(1), gone, second])).toEqual({ kind: "deleted", key: "answer-1" });
    expect(go(2, [message(30), gone])).toEqual({ kind: "missing", messageId: 1 });
  });

  test("says what has to be loaded: the message, or the question that an answer stands under", () => {
    expect(go(2, [message(30)])).toEqual({ kind: "missing", messageId: 2 });
    expect(go(40, [message(30), second])).toEqual({ kind: "missing", messageId: 1 });
  });
});

describe("turns that ended early", () => {
  test.each(["failed", "cancelled", "interrupted"] as const)("%s without text is told under its question", (state) => {
    const rows = build([message(1), message(2)], [turn(5, 1, { state })]);
    expect(rows.map((row) => row.kind)).toEqual(["day", "message", "failure", "message"]);
  });

  test("with text it is told at the answer", () => {
    const rows = build([message(1), answer(2, 1, 5)], [turn(5, 1, { state: "cancelled", answer_id: 2 })]);
    expect(rows.map((row) => row.kind)).toEqual(["day", "message", "answer"]);
  });

  test("an earlier failure is settled by its retry", () => {
    const rows = build([message(1)], [turn(5, 1, { state: "failed" }), turn(6, 1)]);
    expect(rows.map((row) => row.kind)).toEqual(["day", "message", "answer"]);
  });

  test("an end that the model chose is told, a whole answer is not", () => {
    expect(turnNote(turn(1, 1, { state: "finished", finish_reason: "stop" }))).toBeNull();
    expect(turnNote(turn(1, 1, { state: "finished", finish_reason: "length" }))).toBe("truncated");
    expect(turnNote(turn(1, 1, { state: "finished", finish_reason: "content_filter" }))).toBe("filtered");
    expect(turnNote(turn(1, 1, { state: "interrupted" }))).toBe("interrupted");
    expect(turnNote(null)).toBeNull();
  });
});

test("how turns before the opening ended is known from the ledger, that one runs only from the socket", () => {
  const known = withEnded(new Map([[6, turn(6, 2)]]), [
    turn(7, 3),
    turn(6, 2, { state: "failed" }),
    turn(5, 1, { state: "failed" }),
  ]);
  expect([...known.values()].map(({ id, state }) => [id, state])).toEqual([
    [6, "running"],
    [5, "failed"],
  ]);
});

test("what the stop button stops is the running answer, else the one that waits", () => {
  const [waits, runs] = [turn(5, 1, { state: "queued" }), turn(6, 2)];
  const open = (...turns: TurnView[]) => openTurn(new Map(turns.map((each) => [each.id, each])));
  expect(open(waits, runs)?.id).toBe(6);
  expect(open(waits)?.id).toBe(5);
  expect(open(turn(7, 3, { state: "finished" }))).toBeNull();
});
