// What the timeline shows, of every way a turn and a message can stand.
import { describe, expect, test } from "vitest";
import type { PendingMessage, TurnView } from "../../../src/client/types.ts";
import type { Message } from "../../../src/protocol/entities.ts";
import { buildTimeline } from "../../../src/web/conversation/timeline.ts";
import { openTurn, turnNote, withEnded } from "../../../src/web/conversation/turn-notes.ts";

const ADA = { user_id: 1, name: "Ada" };
const BEN = { user_id: 2, name: "Ben" };

const message = (id: number, change: Partial<Message> = {}): Message => ({
  id,
  role: "user",
  author: ADA,
  content: `message ${id}`,
  data: {},
  files: [],
  turn_id: null,
  reply_to: null,
  client_id: null,
  created_at: `2026-11-21T10:00:${String(id).padStart(2, "0")}.000Z`,
  ...change,
});

const answer = (id: number, turnId: number, change: Partial<Message> = {}): Message =>
  message(id, { role: "assistant", author: null, turn_id: turnId, ...change });

const turn = (id: number, questionId: number, change: Partial<TurnView> = {}): TurnView => ({
  id,
  question_id: questionId,
  answer_id: null,
  state: "running",
  model: "fake",
  attempt: 1,
  finish_reason: null,
  usage: null,
  error: null,
  created_at: "2026-11-21T10:00:00.000Z",
  started_at: null,
  ended_at: null,
  text: "",
  ...change,
});

const pending = (client_id: string): PendingMessage => ({
  client_id,
  content: "hello",
  created_at: "2026-11-21T10:00:00.000Z",
  error: null,
});

const build = (messages: Message[], turns: TurnView[] = [], waiting: PendingMessage[] = []) =>
  buildTimeline({ messages, turns: new Map(turns.map((each) => [each.id, each])), pending: waiting }, ADA.user_id);

const kinds = (...args: Parameters<typeof build>) => build(...args).map((item) => item.kind);

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

  test("keys are unique", () => {
    const rows = build(
      [message(1), answer(2, 5), message(3)],
      [turn(5, 1, { state: "finished", answer_id: 2 }), turn(6, 3)],
      [pending("a")],
    );
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });
});

describe("answers", () => {
  test("a running answer is the last row, with the text so far", () => {
    const rows = build([message(1)], [turn(5, 1, { text: "Half an ans" })]);
    expect(rows.at(-1)).toMatchObject({ kind: "answer", text: "Half an ans", message: null });
  });

  test("an answer keeps its row's key when it is finished", () => {
    const running = build([message(1)], [turn(5, 1)]).at(-1);
    const finished = build([message(1), answer(2, 5)], [turn(5, 1, { state: "finished", answer_id: 2 })]).at(-1);
    expect(finished?.kind).toBe("answer");
    expect(finished?.key).toBe(running?.key);
  });

  test("a finished answer is shown once", () => {
    expect(kinds([message(1), answer(2, 5)], [turn(5, 1, { state: "finished", answer_id: 2 })])).toEqual([
      "day",
      "message",
      "answer",
    ]);
  });

  test("an answer right under its question does not repeat it, one further down does", () => {
    const [near, far] = [build([message(1)], [turn(5, 1)]), build([message(1), message(2)], [turn(5, 1)])];
    expect(near.at(-1)).toMatchObject({ apart: false });
    expect(far.at(-1)).toMatchObject({ apart: true, question: { id: 1 } });
    const retried = build([message(1), answer(2, 5, { reply_to: 1 })], [turn(6, 1)]);
    expect(retried.at(-1)).toMatchObject({ apart: false });
  });

  test("an answer loaded from history finds its question by reply_to", () => {
    expect(build([message(1), answer(2, 5, { reply_to: 1 })]).at(-1)).toMatchObject({ question: { id: 1 } });
  });

  test("of several answers to one question only the last one stands open", () => {
    const rows = build([message(1), answer(2, 5, { reply_to: 1 }), answer(3, 6, { reply_to: 1 })], [turn(7, 1)]);
    expect(rows.map((row) => row.kind === "answer" && row.superseded)).toEqual([false, false, true, true, false]);
  });

  test("an answer stays open when a later try brought nothing", () => {
    const rows = build([message(1), answer(2, 5, { reply_to: 1 })], [turn(6, 1, { state: "failed" })]);
    expect(rows.find((row) => row.kind === "answer")).toMatchObject({ superseded: false });
  });

  test("a question that waits for the answer before it says so", () => {
    const rows = build([message(1), message(2)], [turn(5, 1), turn(6, 2, { state: "queued" })]);
    expect(rows[2]).toMatchObject({ kind: "message", note: "queued" });
  });
});

describe("turns that ended early", () => {
  test.each(["failed", "cancelled", "interrupted"] as const)("%s without text is told under its question", (state) => {
    const rows = build([message(1), message(2)], [turn(5, 1, { state })]);
    expect(rows.map((row) => row.kind)).toEqual(["day", "message", "failure", "message"]);
  });

  test("with text it is told at the answer", () => {
    const rows = build([message(1), answer(2, 5)], [turn(5, 1, { state: "cancelled", answer_id: 2 })]);
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
