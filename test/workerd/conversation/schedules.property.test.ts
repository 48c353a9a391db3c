// Whatever happens in whatever order: every turn ends once within three attempts, events number 1 to n, text joins exactly,
// and everybody sees the same (R4, R5, R8).
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type Happening, MAX_ATTEMPTS } from "../../../src/conversation/turns/turns.ts";
import { ModelError } from "../../../src/models/model.ts";
import { expectCurrent, Follower, Page } from "./followers.ts";
import { ADA, type Attempt, finish, inRig, type Rig, says, stalls } from "./rig.ts";

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

/** Schedules tried in one run of the tests: about a quarter of a second each. */
const RUNS = 30;

/** What happens next to a conversation. */
type Step =
  | { do: "ask"; attempts: Attempt[] }
  | { do: "edit" | "retry"; which: number; attempts: Attempt[] }
  | { do: "delete" | "select"; which: number }
  | { do: "say" | "join" | "leave" | "return" | "restart" | "configure" }
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
const attempts = fc.array(attempt, { minLength: 3, maxLength: 3 });
/** One of the messages that are there, counted round and round. */
const which = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 100 }));
const doing = <T extends string>(...what: T[]) => fc.record({ do: fc.constantFrom(...what) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("ask" as const), attempts }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("edit" as const, "retry" as const), which, attempts }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "select" as const), which }) },
  { weight: 3, arbitrary: doing("leave" as const, "return" as const) },
  { weight: 2, arbitrary: doing("say" as const, "join" as const, "restart" as const, "configure" as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), turn: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 5, 50, 700, 61_000, 100_000) }),
  },
);

/** What a step does to the conversation itself; that it may be refused is part of it. */
async function happens(rig: Rig, step: Step): Promise<void> {
  const message_id = "which" in step ? 1 + (step.which % Math.max(1, rig.journal.lastMessageId)) : 0;
  switch (step.do) {
    case "ask":
      return void rig.ask();
    case "say":
      return void rig.ask("Just so", undefined, { answer: false });
    case "edit":
      return act(rig, { type: "message.edit", ref: 1, message_id, content: `Edited ${step.which}` });
    case "retry":
      return act(rig, { type: "turn.retry", ref: 1, message_id });
    case "delete":
      return act(rig, { type: "message.delete", ref: 1, message_id });
    case "select":
      return act(rig, { type: "answer.select", ref: 1, message_id });
    case "configure":
      return act(rig, { type: "configure", ref: 1, title: "T" });
    case "cancel":
      return act(rig, { type: "turn.cancel", ref: 1, turn_id: step.turn });
    case "wait":
      return rig.pass(step.ms);
    case "restart":
      return rig.restart();
    default:
      return; // who comes and goes
  }
}

const act = async (rig: Rig, command: Parameters<Rig["room"]["command"]>[1]): Promise<void> =>
  void (await rig.room.command(ADA, command));

describe("a conversation", () => {
  it("is the same for all who follow it, through any schedule of questions, edits, cancels, cuts, deaths and joins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), (steps) =>
        inRig(async (rig) => {
          const always = new Follower(rig);
          const pages = [new Page(rig)];
          rig.attempts.push(says("One", finish()), says("Another", finish()));
          rig.ask();
          await rig.settle();
          await act(rig, { type: "turn.retry", ref: 1, message_id: 1 });
          await rig.settle();
          for (const next of steps) {
            if ("attempts" in next) rig.attempts.push(...next.attempts);
            await happens(rig, next);
            if (next.do === "join") pages.push(new Page(rig));
            if (next.do === "leave") pages.at(-1)?.leave();
            if (next.do !== "return" && next.do !== "restart") continue;
            always.comeBack();
            for (const page of pages) page.comeBack();
          }
          for (let i = 0; i < 12 && rig.journal.ledger.openTurns().length > 0; i += 1) {
            rig.attempts.push(says("End", finish()), says("End", finish()), says("End", finish()));
            await rig.pass(200_000);
          }
          expect(rig.journal.ledger.openTurns()).toEqual([]);
          const messages = rig.journal.messagesAfter(0, 100);
          for (const page of [...pages, Page.from(rig, 1)]) {
            page.comeBack();
            expect(page.messages).toEqual(messages);
          }
          expectCurrent(messages);
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
  }, 600_000);
});
