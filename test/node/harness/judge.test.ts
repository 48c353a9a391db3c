// The judge must acquit a good record and convict a bad one: each rule is shown a fault of its kind.
import { describe, expect, it } from "vitest";
import type { Message, Turn } from "../../../src/protocol/entities.ts";
import type { Event, ServerFrame } from "../../../src/protocol/frames.ts";
import { answerTo, question } from "../../support/harness/answers.ts";
import { judge } from "../../support/harness/judge.ts";
import type { ConnectionRecord, ConversationRecord } from "../../support/harness/record.ts";
import { CONVERSATION } from "../../support/samples.ts";

const at = "2026-11-21T12:00:00.000Z";
const t0 = Date.parse(at);
const asked = question("first", 40);
const answer = answerTo(asked);
const cut = 60;

const base = { files: [], data: {}, reply_to: null, created_at: at };
const asking: Message = {
  ...base,
  id: 1,
  role: "user",
  author: { user_id: 1, name: "Ada" },
  content: asked,
  turn_id: null,
  client_id: "a",
};
const answering: Message = {
  ...base,
  id: 2,
  role: "assistant",
  author: null,
  content: answer,
  turn_id: 1,
  reply_to: 1,
  client_id: null,
};
const turn = (state: Turn["state"], attempt: number, ended: boolean): Turn => ({
  id: 1,
  question_id: 1,
  answer_id: 2,
  state,
  model: "m",
  attempt,
  finish_reason: ended ? "stop" : null,
  usage: null,
  error: null,
  created_at: at,
  started_at: at,
  ended_at: ended ? at : null,
});
const { content: _, ...stub } = answering;
const events: Event[] = [
  { type: "message.created", seq: 1, at, message: asking },
  { type: "turn.started", seq: 2, at, turn: turn("running", 1, false) },
  { type: "turn.finished", seq: 3, at, turn: turn("finished", 2, true), message: { ...stub, length: answer.length } },
];
const welcome = (latest: number): ServerFrame => ({
  type: "welcome",
  v: 1,
  you: { user_id: 1, name: "Ada", role: "owner", can: [], changes_from: 1 },
  conversation: CONVERSATION,
  members: [],
  present: [],
  epoch: "e",
  latest_seq: latest,
  replay: "events",
  session_expires_at: at,
});

const connection = (asking: ConnectionRecord["asked"], frames: ServerFrame[], opened: number): ConnectionRecord => ({
  client: "ada",
  asked: asking,
  opened,
  frames: frames.map((frame, i) => ({ at: opened + i, frame })),
  malformed: [],
});

/** One question whose answer was broken off by a kill after `cut` units and continued. */
function goodRecord(): ConversationRecord {
  const [created, started, finished] = structuredClone(events);
  if (!created || !started || !finished) throw new Error("three events");
  const row = { turn_id: 1, model: "m", error: null, usage: null, started_at: at, first_token_at: at, ended_at: at };
  const attempts = [
    { ...row, attempt: 1, reason: "first" as const, from: 0, outcome: "lost" as const },
    { ...row, attempt: 2, reason: "continue" as const, from: cut, outcome: "ok" as const },
  ];
  return {
    id: 7,
    connections: [
      connection(
        { epoch: null, since: null, turn: null, offset: 0 },
        [
          welcome(0),
          { type: "snapshot", seq: 0, messages: [], turns: [], older: false },
          created,
          started,
          { from: 0, text: answer.slice(0, 30) },
        ],
        t0,
      ),
      connection(
        { epoch: "e", since: 2, turn: 1, offset: 30 },
        [welcome(2), { from: 30, text: answer.slice(30, cut) }, { from: cut, text: answer.slice(cut) }, finished],
        t0 + 500,
      ),
    ],
    sent: [
      {
        client_id: "a",
        content: asked,
        tries: [{ at: t0, over: "socket" }],
        acknowledged: [{ at: t0, message_id: 1, turn_id: 1, seq: 1, repeated: false }],
        refused: [],
      },
    ],
    cancels: [],
    calls: [
      { question: asked, partial: "", arrived: t0 + 1, ended: t0 + 400 },
      { question: asked, partial: answer.slice(0, cut), arrived: t0 + 600, ended: t0 + 700 },
    ],
    kills: [{ at: t0 + 300, back: t0 + 400, boundary: "text" }],
    final: {
      epoch: "e",
      events: structuredClone(events),
      messages: [structuredClone(asking), structuredClone(answering)],
      turns: [{ ...turn("finished", 2, true), attempts }],
      snapshot: { seq: 3, messages: [], open: 0 },
      d1: {
        messages: [
          { id: 1, role: "user", content: asked, turn_id: null, client_id: "a" },
          { id: 2, role: "assistant", content: answer, turn_id: 1, client_id: null },
        ],
        turns: [{ id: 1, question_id: 1, answer_id: 2, state: "finished", attempt: 2 }],
        attempts: attempts.map(({ turn_id, attempt, reason, outcome, from }) => ({
          turn_id,
          attempt,
          reason,
          outcome,
          from,
        })),
      },
    },
  };
}

/** Takes the element that a fault is about; a record without it would make the test void. */
function the<T>(item: T | undefined): T {
  if (item === undefined) throw new Error("The good record has no such element.");
  return item;
}

const rulesBroken = (spoil: (record: ConversationRecord) => void): string[] => {
  const record = goodRecord();
  spoil(record);
  return [...new Set(judge(record).map(({ rule }) => rule))];
};

it("acquits a record in which every promise was kept", () => {
  expect(judge(goodRecord())).toEqual([]);
});

describe("convicts", () => {
  const faults: [string, string, (record: ConversationRecord) => void][] = [
    ["R1", "an acknowledged message that is gone", (r) => r.final.messages.shift()],
    ["R1", "an acknowledged message stored differently", (r) => (the(r.final.messages[0]).content = "other")],
    ["R1", "an acknowledgement with the seq of another event", (r) => (the(the(r.sent[0]).acknowledged[0]).seq = 2)],
    [
      "R2",
      "a seen event that is stored differently",
      (r) => {
        const event = the(r.final.events[1]);
        if (event.type === "turn.started") event.turn.model = "other";
      },
    ],
    [
      "R2",
      "seen text that is stored differently",
      (r) => (the(the(r.connections[0]).frames[4]).frame = { from: 0, text: answer.slice(0, 29).concat("#") }),
    ],
    ["R2", "an answer shorter on the screen than its length", (r) => the(r.connections[1]).frames.splice(2, 1)],
    ["R3", "one client_id stored twice", (r) => r.final.messages.push({ ...asking, id: 3 })],
    [
      "R3",
      "one message with two turns",
      (r) => r.final.turns.push({ ...turn("finished", 1, true), id: 2, attempts: [] }),
    ],
    [
      "R3",
      "one client_id twice acknowledged as new",
      (r) => the(r.sent[0]).acknowledged.push(the(the(r.sent[0]).acknowledged[0])),
    ],
    [
      "R3",
      "another result for a repeated client_id",
      (r) => the(r.sent[0]).acknowledged.push({ at: t0, message_id: 9, turn_id: 1, seq: null, repeated: true }),
    ],
    [
      "R4",
      "a call without a ledger row",
      (r) => r.calls.push({ question: asked, partial: "", arrived: t0 + 900, ended: t0 + 901 }),
    ],
    [
      "R4",
      "a ledger row written after its call",
      (r) => (the(the(r.final.turns[0]).attempts[1]).started_at = new Date(t0 + 800).toISOString()),
    ],
    ["R4", "a successful ledger row without a call", (r) => r.calls.pop()],
    [
      "R4",
      "a fourth attempt",
      (r) => {
        const { attempts } = the(r.final.turns[0]);
        for (const n of [3, 4]) attempts.push({ ...the(attempts[0]), attempt: n });
      },
    ],
    ["R4", "a ledger row left open", (r) => (the(the(r.final.turns[0]).attempts[1]).outcome = "running")],
    ["R4", "an attempt after success", (r) => (the(the(r.final.turns[0]).attempts[0]).outcome = "ok")],
    ["R5", "a gap in the log", (r) => r.final.events.splice(1, 1)],
    ["R5", "a seq that a client did not get", (r) => the(r.connections[0]).frames.splice(2, 1)],
    [
      "R5",
      "a seq that a client got twice",
      (r) => the(r.connections[0]).frames.splice(3, 0, the(the(r.connections[0]).frames[2])),
    ],
    ["R5", "text repeated", (r) => the(r.connections[1]).frames.splice(2, 0, the(the(r.connections[1]).frames[1]))],
    ["R5", "text with a gap", (r) => the(r.connections[1]).frames.splice(1, 1)],
    [
      "R5",
      "text after its turn's end",
      (r) => the(r.connections[1]).frames.push({ at: t0 + 600, frame: { from: 0, text: "x" } }),
    ],
    ["R5", "a frame of no known form", (r) => the(r.connections[1]).malformed.push("{}")],
    ["R6", "a client that ended behind", (r) => the(r.connections[1]).frames.pop()],
    [
      "R6",
      "a snapshot where events were due",
      (r) => {
        const { frame } = the(the(r.connections[1]).frames[0]);
        if (frame.type === "welcome") frame.replay = "snapshot";
      },
    ],
    ["R6", "another epoch", (r) => (r.final.epoch = "f")],
    [
      "R6",
      "a client that was not back in 5 s",
      (r) => {
        for (const seen of the(r.connections[1]).frames) seen.at += 6_000;
      },
    ],
    [
      "R7",
      "a cancelled turn that went on",
      (r) => r.cancels.push({ turn_id: 1, acknowledged: { at: t0 + 100, state: "cancelled" } }),
    ],
    ["R8", "a turn that never ended", (r) => (the(r.final.turns[0]).ended_at = null)],
    ["R8", "a turn that ended twice", (r) => r.final.events.push({ ...the(events[2]), seq: 4 })],
    ["R8", "an open turn at rest", (r) => (r.final.snapshot.open = 1)],
    [
      "R10",
      "a finished answer with a hole",
      (r) => (the(r.final.messages[1]).content = answer.slice(0, cut) + answer.slice(cut + 1)),
    ],
    [
      "R10",
      "text that the provider never said",
      (r) => {
        the(r.final.turns[0]).state = "interrupted";
        the(r.final.messages[1]).content = `${answer}!`;
      },
    ],
    ["R11", "a message missing in D1", (r) => r.final.d1.messages.pop()],
    ["R11", "a turn that differs in D1", (r) => (the(r.final.d1.turns[0]).state = "running")],
    ["R11", "a ledger row missing in D1", (r) => r.final.d1.attempts.pop()],
  ];

  it.each(faults)("%s: %s", (rule, _what, spoil) => {
    expect(rulesBroken(spoil)).toContain(rule);
  });

  it("R7: a call after an acknowledged cancel, and a stream left open", () => {
    const record = goodRecord();
    the(record.final.turns[0]).state = "cancelled";
    record.cancels.push({ turn_id: 1, acknowledged: { at: t0 + 500, state: "cancelled" } });
    the(record.calls[1]).ended = null;
    const details = judge(record)
      .filter(({ rule }) => rule === "R7")
      .map(({ detail }) => detail);
    expect(details).toEqual([
      "turn 1 was called again after its cancel",
      "the provider's stream of turn 1 was open more than 1 s after its cancel",
    ]);
  });
});

it("does not count text that a reset withdrew", () => {
  const record = goodRecord();
  const [created, started, finished] = record.final.events;
  const reset: Event = { type: "turn.reset", seq: 3, at, turn_id: 1, attempt: 2, reason: "anew" };
  const last = { ...the(finished), seq: 4 };
  record.final.events = [the(created), the(started), reset, last];
  record.final.snapshot.seq = 4;
  the(the(record.final.turns[0]).attempts[1]).from = 0;
  the(record.final.d1.attempts[1]).from = 0;
  the(record.calls[1]).partial = "";
  the(the(record.connections[0]).frames[4]).frame = { from: 0, text: "withdrawn text of the first try" };
  the(record.connections[1]).asked.offset = 31;
  the(record.connections[1]).frames = [welcome(2), reset, { from: 0, text: answer }, last].map((frame, i) => ({
    at: t0 + 500 + i,
    frame,
  }));
  expect(judge(record)).toEqual([]);
});

it("acquits a ledger row whose process died before its call left", () => {
  const record = goodRecord();
  const { attempts } = the(record.final.turns[0]);
  the(attempts[1]).from = 0;
  the(record.final.d1.attempts[1]).from = 0;
  record.calls = [{ question: asked, partial: "", arrived: t0 + 600, ended: t0 + 700 }];
  expect(judge(record)).toEqual([]);
});
