// What becomes of a turn whose model fails: attempts, their ledger, and the text that people have seen (R4, R8, R10).
import { describe, expect, it } from "vitest";
import { ModelError } from "../../../src/models/model.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { type Attempt, finish, inRig, type Rig, says, stalls, text } from "./rig.ts";

const refused = new ModelError("model_unavailable", "The model provider cannot be reached.", true);
const busy = (ms: number) => new ModelError("model_unavailable", "The model is busy.", true, ms);
const notAccepted = new ModelError("model_unavailable", "The request was not accepted.", false);

interface Ending {
  attempts: Attempt[];
  /** How long it takes, ms. */
  within: number;
  ledger: string[];
  state: string;
  text: string;
  error?: string;
  finish?: string;
}

/** Asks one question and lets `within` pass. */
async function ends(rig: Rig, { attempts, within, ...wanted }: Ending): Promise<void> {
  rig.attempts = [...attempts];
  const watcher = rig.watch();
  rig.ask();
  await rig.settle();
  await rig.pass(within);
  const turn = rig.journal.ledger.turn(1);
  expect({ state: turn?.state, ledger: rig.ledger(1) }).toEqual({ state: wanted.state, ledger: wanted.ledger });
  expect(turn?.error?.message ?? null).toEqual(wanted.error ?? null);
  expect(turn?.finish_reason ?? null).toBe(wanted.finish ?? (wanted.state === "finished" ? "stop" : null));
  // A row for every call, and one ending that everybody saw.
  expect(rig.requests).toHaveLength(wanted.ledger.length);
  const endings = watcher.types.filter((type) => /^turn\.(finished|failed|cancelled|interrupted)$/.test(type));
  expect(endings).toEqual([`turn.${wanted.state}`]);
  expect(rig.journal.message(turn?.answer_id ?? 0)?.content ?? "").toBe(wanted.text);
  if (!watcher.types.includes("turn.reset")) expect(watcher.text).toBe(wanted.text);
  expect(rig.clock.timers).toEqual([]);
}

const CASES: [string, Ending][] = [
  [
    "a whole answer is one call",
    {
      attempts: [says("Hello", " world", finish())],
      within: 100,
      ledger: ["first ok"],
      state: "finished",
      text: "Hello world",
    },
  ],
  [
    "a refused connection is tried again after half a second, and after two",
    {
      attempts: [says(refused), says(refused), says("Hi", finish())],
      within: 2_600,
      ledger: ["first failed", "retry failed", "retry ok"],
      state: "finished",
      text: "Hi",
    },
  ],
  [
    "three attempts are the most",
    {
      attempts: [says(refused), says(refused), says(refused)],
      within: 2_600,
      ledger: ["first failed", "retry failed", "retry failed"],
      state: "failed",
      text: "",
      error: "The model provider cannot be reached.",
    },
  ],
  [
    "the pause that a busy provider asks for is kept",
    {
      attempts: [says(busy(7_000)), says("Hi", finish())],
      within: 7_100,
      ledger: ["first failed", "retry ok"],
      state: "finished",
      text: "Hi",
    },
  ],
  [
    "a provider that asks for more than a minute is away",
    {
      attempts: [says(busy(61_000))],
      within: 10,
      ledger: ["first failed"],
      state: "failed",
      text: "",
      error: "The model is busy.",
    },
  ],
  [
    "a request that was not accepted is never tried again",
    {
      attempts: [says(notAccepted)],
      within: 10,
      ledger: ["first failed"],
      state: "failed",
      text: "",
      error: "The request was not accepted.",
    },
  ],
  [
    "a refusal after some text keeps the text",
    {
      attempts: [says("Half", new ModelError("model_refused", "The model refused.", false))],
      within: 100,
      ledger: ["first failed"],
      state: "interrupted",
      text: "Half",
      error: "The model refused.",
    },
  ],
  [
    "no first token within ninety seconds is a failure that is tried again",
    {
      attempts: [stalls(), says("Hi", finish())],
      within: 91_000,
      ledger: ["first failed", "retry ok"],
      state: "finished",
      text: "Hi",
    },
  ],
  [
    "silence of a minute in mid-answer is continued",
    {
      attempts: [stalls("Once upon"), says(" a time", finish())],
      within: 61_000,
      ledger: ["first failed", "continue ok"],
      state: "finished",
      text: "Once upon a time",
    },
  ],
  [
    "a cut stream is continued",
    {
      attempts: [says("Once upon"), says(" a time", finish())],
      within: 1_000,
      ledger: ["first lost", "continue ok"],
      state: "finished",
      text: "Once upon a time",
    },
  ],
  [
    "what a continuation repeats is cut",
    {
      attempts: [says("Once upon a time there"), says("a time there was", finish())],
      within: 1_000,
      ledger: ["first lost", "continue ok"],
      state: "finished",
      text: "Once upon a time there was",
    },
  ],
  [
    "a continuation that begins again with the same words goes on where it was",
    {
      attempts: [says("Once upon a time"), says("Once upon", " a time there was", finish())],
      within: 1_000,
      ledger: ["first lost", "continue ok"],
      state: "finished",
      text: "Once upon a time there was",
    },
  ],
  [
    "a continuation that tells something else starts the answer anew, for all to see",
    {
      attempts: [
        says("Once upon a time there was a king, who"),
        says("Once upon a time there was a queen, and"),
        says("Anew", finish()),
      ],
      within: 3_000,
      ledger: ["first lost", "continue lost", "restart ok"],
      state: "finished",
      text: "Anew",
    },
  ],
  [
    "attempts used up keep what is on the screens",
    {
      attempts: [says("One"), says(" two"), says(" three")],
      within: 3_000,
      ledger: ["first lost", "continue lost", "continue lost"],
      state: "interrupted",
      text: "One two three",
      error: "The connection to the model was lost.",
    },
  ],
  [
    "a content filter before any text is a refusal",
    {
      attempts: [says(finish("content_filter"))],
      within: 10,
      ledger: ["first ok"],
      state: "failed",
      text: "",
      error: "The model's content filter withheld this answer.",
    },
  ],
  [
    "a content filter after some text ends the answer with that reason",
    {
      attempts: [says("Half", finish("content_filter"))],
      within: 100,
      ledger: ["first ok"],
      state: "finished",
      finish: "content_filter",
      text: "Half",
    },
  ],
  [
    "an answer that reached its length ends with that reason",
    {
      attempts: [says("Half", finish("length"))],
      within: 100,
      ledger: ["first ok"],
      state: "finished",
      finish: "length",
      text: "Half",
    },
  ],
  [
    "an answer without a word has failed",
    {
      attempts: [says(finish())],
      within: 10,
      ledger: ["first ok"],
      state: "failed",
      text: "",
      error: "The model gave an empty answer.",
    },
  ],
  [
    "an answer beyond the limit is ended at the limit",
    {
      attempts: [says("x".repeat(LIMITS.answerLength - 1), "yz", finish())],
      within: 20_000,
      ledger: ["first ok"],
      state: "finished",
      finish: "length",
      text: `${"x".repeat(LIMITS.answerLength - 1)}y`,
    },
  ],
  [
    "a fault of our own is told in our own words",
    {
      attempts: [says("Half", new TypeError("secret"))],
      within: 100,
      ledger: ["first failed"],
      state: "interrupted",
      text: "Half",
      error: "Something went wrong on our side while answering.",
    },
  ],
];

describe("a turn", () => {
  for (const [name, ending] of CASES) it(name, () => inRig((rig) => ends(rig, ending)));

  it("that restarts says so, and its text begins at 0 again", () =>
    inRig(async (rig) => {
      rig.attempts = [
        says("Once upon a time there was a king, who"),
        says("Once upon a time there was a queen, and"),
        says("Anew", finish()),
      ];
      const watcher = rig.watch();
      rig.ask();
      await rig.pass(3_000);
      expect(watcher.types).toEqual(["message.created", "turn.started", "text", "turn.reset", "text", "turn.finished"]);
      expect(watcher.frames[4]).toEqual({ from: 0, text: "Anew" });
      expect(watcher.frames[3]).toMatchObject({ turn_id: 1, attempt: 3 });
    }));

  it("ends after fifteen minutes in all, however its model trickles", () =>
    inRig(async (rig) => {
      rig.attempts = [
        async function* (_, signal) {
          while (!signal.aborted) {
            await new Promise<void>((resolve) => {
              rig.clock.after(50_000, resolve);
              signal.addEventListener("abort", () => resolve());
            });
            yield text(".");
          }
        },
      ];
      rig.ask();
      await rig.pass(899_999);
      expect(rig.journal.ledger.turn(1)?.state).toBe("running");
      await rig.pass(1);
      expect(rig.journal.ledger.turn(1)).toMatchObject({ state: "interrupted", error: { message: /too long/ } });
      expect(rig.ledger(1)).toEqual(["first failed"]);
    }));

  it("whose text cannot be stored ends with what is stored, never with a hole in it", () =>
    inRig(async (rig) => {
      rig.attempts = [says("One", " two", " three", finish())];
      const watcher = rig.watch();
      rig.ask();
      const add = rig.journal.ledger.addText.bind(rig.journal.ledger);
      rig.journal.ledger.addText = (turn, from, text) => {
        if (from > 0) throw new Error("SQLITE_FULL");
        add(turn, from, text);
      };
      await rig.pass(1_000);
      expect(rig.journal.ledger.turn(1)).toMatchObject({ state: "interrupted", error: { code: "internal" } });
      expect(rig.journal.message(2)?.content).toBe("One");
      expect(watcher.text).toBe("One");
    }));

  it("has its ledger row before its call", () =>
    inRig(async (rig) => {
      let rows: string[] = [];
      rig.attempts = [
        async function* () {
          rows = rig.ledger(1);
          yield finish();
        },
      ];
      rig.ask();
      await rig.settle();
      expect(rows).toEqual(["first running"]);
    }));
});
