// Whatever happens in whatever order: every turn ends once within three attempts, events number 1 to n, text joins exactly,
// and nothing that comes from outside breaks the parser (R4, R5, R8).
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFrame } from "../../../src/conversation/inbound.ts";
import { decide, type Happening, MAX_ATTEMPTS } from "../../../src/conversation/turns.ts";
import { ModelError } from "../../../src/models/model.ts";
import type { ServerFrame } from "../../../src/protocol/frames.ts";
import { call } from "../http/client.ts";
import { conversation, rowsOf } from "./conversation.ts";
import { person } from "./people.ts";
import { type Attempt, finish, inRig, principal, type Rig, says, stalls, type Watcher } from "./rig.ts";

const error = { code: "model_unavailable", message: "away" };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    type: fc.constant("finish" as const),
    reason: fc.constantFrom("stop", "length", "content_filter"),
    usage: fc.constant(null),
  }),
  fc.record({
    type: fc.constant("fault" as const),
    error: fc.constant(error),
    retryable: fc.boolean(),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 120_000 })),
  }),
  fc.record({ type: fc.constant("silent" as const), waited: fc.constantFrom("first_token", "stall") }),
  fc.constantFrom<Happening>(
    { type: "cut" },
    { type: "died" },
    { type: "diverged" },
    { type: "too_long" },
    { type: "time_up" },
    { type: "cancel" },
  ),
);

describe("decide", () => {
  it("ends every turn within three attempts, in one state, whatever happens", () => {
    const schedule = fc.array(
      fc.tuple(happening, fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 400_000 })),
      {
        minLength: MAX_ATTEMPTS,
        maxLength: MAX_ATTEMPTS,
      },
    );
    fc.assert(
      fc.property(schedule, (happenings) => {
        let [length, remainingMs] = [0, 900_000];
        for (const [i, [what, text, ms]] of happenings.entries()) {
          length = what.type === "too_long" ? Math.max(1, length) : length + text;
          remainingMs -= ms;
          const decision = decide({ attempt: i + 1, length, remainingMs }, what);
          if (decision.do === "end") {
            if (what.type === "cancel") expect(decision.state).toBe("cancelled");
            if (decision.state === "finished") expect(length).toBeGreaterThan(0);
            if (decision.state === "failed") expect(length).toBe(0);
            if (decision.state === "interrupted") expect(length).toBeGreaterThan(0);
            return;
          }
          expect(["finish", "cancel", "too_long", "time_up"]).not.toContain(what.type);
          if (what.type === "fault") expect(what.retryable).toBe(true);
          // What was seen is not taken back unless the model tells something else.
          expect(decision.reason).toBe(what.type === "diverged" ? "restart" : length > 0 ? "continue" : "retry");
          expect(decision.afterMs).toBeLessThanOrEqual(60_000);
          if (decision.reason === "restart") length = 0;
        }
        throw new Error("the turn did not end");
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("the frame parser", () => {
  const json = fc.json({ maxDepth: 6, noUnicodeString: false });
  const types = [
    "message.send",
    "turn.cancel",
    "turn.retry",
    "history",
    "auth.refresh",
    "member.add",
    "configure",
    "read",
    "typing",
    "probe",
  ];
  const almost = fc
    .record({
      type: fc.constantFrom(...types),
      ref: fc.oneof(fc.nat(), fc.jsonValue()),
      more: fc.dictionary(fc.string(), fc.jsonValue()),
    })
    .map(({ more, ...frame }) => JSON.stringify({ ...more, ...frame }));

  it("answers any text with a command, a signal or an error that can be sent", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), json, almost), (text) => {
        const read = readFrame(text);
        if (read.kind !== "bad") return;
        expect(read.error).toMatchObject({
          code: expect.stringMatching(/^(invalid|too_large)$/),
          message: expect.any(String),
        });
        expect(read.error.message.length).toBeLessThan(500);
      }),
      { numRuns: 5_000 },
    );
  });

  it("survives the deepest and widest that fits a frame", () => {
    for (const text of [
      "[".repeat(250_000),
      `${"[".repeat(120_000)}${"]".repeat(120_000)}`,
      `[${"0,".repeat(120_000)}0]`,
    ])
      expect(readFrame(text)).toMatchObject({ kind: "bad", malformed: true });
  });
});

describe("a route", () => {
  it("given any body answers without a fault of ours and stores nothing that is not a message", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const routes = [
      ["POST", "/messages?wait=false"],
      ["PATCH", ""],
      ["POST", "/members"],
      ["PATCH", "/members/1"],
      ["POST", "/turns/1/retry"],
    ] as const;
    const keyed = fc.dictionary(
      fc.constantFrom(
        "content",
        "client_id",
        "title",
        "model",
        "user_id",
        "role",
        "answer",
        "temperature",
        "reply_to",
        "file_ids",
      ),
      fc.jsonValue(),
    );
    const body = fc.oneof(
      fc.json(),
      keyed.map((value) => JSON.stringify(value)),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, path], text) => {
        const before = await rowsOf(id, "SELECT count(*) AS n FROM event");
        const response = await call(`/api/v1/conversations/${id}${path}`, { method, token: ada.token, body: text });
        const answer = await response.text();
        if (response.status >= 500) throw new Error(`${method} ${path} answered ${response.status}: ${answer}`);
        if (!response.ok) expect(await rowsOf(id, "SELECT count(*) AS n FROM event")).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });
});

/** Schedules tried in one run of the tests: about a quarter of a second each. */
const RUNS = 30;

/** What happens next to a conversation. */
type Step =
  | { do: "ask"; attempts: Attempt[] }
  | { do: "say" }
  | { do: "join" }
  | { do: "leave" }
  | { do: "restart" }
  | { do: "configure" }
  | { do: "cancel"; turn: number }
  | { do: "wait"; ms: number };

const words = fc.array(fc.constantFrom("Hello", " world", " and", " so", " on", "😀", "\ud83d", "\ude00", " 漢字"), {
  maxLength: 6,
});
const attempt: fc.Arbitrary<Attempt> = words.chain((said) =>
  fc.constantFrom(
    says(...said, finish()),
    says(...said),
    stalls(...said),
    says(...said, new ModelError("model_unavailable", "away", true)),
    says(...said, new ModelError("model_refused", "no", false)),
  ),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      attempts: fc.array(attempt, { minLength: 3, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("say" as const, "join" as const, "leave" as const, "restart" as const, "configure" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), turn: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 5, 50, 700, 61_000, 100_000) }),
  },
);

/** Follows what a viewer is sent, as strictly as R5 promises; the answers' texts by turn. */
function follow(frames: readonly ServerFrame[], since: number, texts: Map<number, string>): number {
  let seq = since;
  let turn = 0;
  for (const frame of frames) {
    if (frame.type === undefined) {
      const held = texts.get(turn) ?? "";
      expect(frame.from).toBe(held.length);
      expect(frame.text.isWellFormed()).toBe(true);
      texts.set(turn, held + frame.text);
    } else if (frame.type !== "reply" && "at" in frame) {
      expect(frame.seq).toBe(seq + 1);
      seq = frame.seq;
      if (frame.type === "turn.started") turn = frame.turn.id;
      if (frame.type === "turn.reset") texts.set(turn, "");
      if (
        (frame.type === "turn.finished" || frame.type === "turn.cancelled" || frame.type === "turn.interrupted") &&
        frame.message
      )
        expect(texts.get(frame.turn.id)?.length).toBe(frame.message.length);
    }
  }
  return seq;
}

/** A viewer from the beginning: what it saw is followed; a restart makes it come back where it was. */
class Follower {
  #watcher: Watcher;
  #texts = new Map<number, string>();
  #seen: ServerFrame[] = [];
  constructor(readonly rig: Rig) {
    this.#watcher = rig.watch();
  }
  /** The process died, or the connection did. */
  comeBack(): void {
    this.#seen.push(...this.#watcher.frames);
    const [seq, turn, offset] = this.#place();
    this.#watcher = this.rig.watch();
    const { mode, frames } = this.rig.replay({ since: seq, turn, offset });
    expect(mode).not.toBe("snapshot");
    this.rig.audience.tell(this.#watcher.id, frames);
  }
  check(): Map<number, string> {
    this.#texts = new Map();
    expect(follow([...this.#seen, ...this.#watcher.frames], 1, this.#texts)).toBe(this.rig.journal.seq);
    return this.#texts;
  }
  #place(): [seq: number, turn: number | null, offset: number] {
    const texts = new Map<number, string>();
    const seq = follow(this.#seen, 1, texts);
    const turn = this.#seen.findLast((frame) => frame.type === "turn.started");
    const id = turn?.type === "turn.started" ? turn.turn.id : null;
    return [seq, id, texts.get(id ?? 0)?.length ?? 0];
  }
}

describe("a conversation", () => {
  it("is the same for all who follow it, through any schedule of questions, cancels, cuts, deaths and joins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) =>
        inRig(async (rig) => {
          const always = new Follower(rig);
          for (const next of steps) {
            if (next.do === "ask") {
              rig.attempts.push(...next.attempts);
              rig.ask();
            } else if (next.do === "say") rig.ask("Just so", undefined, { answer: false });
            else if (next.do === "configure")
              await rig.room.command(principal(1), { type: "configure", ref: 1, title: "T" });
            else if (next.do === "cancel")
              await rig.room.command(principal(1), { type: "turn.cancel", ref: 1, turn_id: next.turn });
            else if (next.do === "restart") {
              rig.restart();
              always.comeBack();
            } else if (next.do === "leave") always.comeBack();
            else if (next.do === "join") new Follower(rig);
            else await rig.pass(next.ms);
          }
          for (let i = 0; i < 12 && rig.journal.ledger.openTurns().length > 0; i += 1) {
            rig.attempts.push(says("End", finish()), says("End", finish()), says("End", finish()));
            await rig.pass(200_000);
          }
          expect(rig.journal.ledger.openTurns()).toEqual([]);
          const texts = always.check();
          const turns = rig.journal.ledger.turnsBefore(1_000, 100);
          for (const turn of turns) {
            const stored = rig.journal.message(turn.answer_id ?? 0)?.content ?? "";
            expect(texts.get(turn.id) ?? "").toBe(stored);
            expect(rig.journal.ledger.attempts(turn.id).length).toBeLessThanOrEqual(MAX_ATTEMPTS);
            expect(rig.journal.ledger.attempts(turn.id).map(({ outcome }) => outcome)).not.toContain("running");
          }
          const ends = rig.events().filter(({ type }) => /^turn\.(finished|failed|cancelled|interrupted)$/.test(type));
          expect(ends).toHaveLength(turns.length);
        }),
      ),
      { numRuns: RUNS },
    );
  }, 120_000);
});
