// The built-in assistant: what it says, how it streams, how it goes on.
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../src/lib/clock.ts";
import { BUILTIN_NAME, builtinModels } from "../../../src/models/builtin.ts";
import { builtinAnswer } from "../../../src/models/builtin-answers.ts";
import type { Model, PromptMessage } from "../../../src/models/model.ts";
import { asking, collect } from "../../support/collect.ts";

/** Time passes as soon as someone waits for it. */
function hastyClock(): Clock & { passed: number } {
  const clock = {
    passed: 0,
    now: () => clock.passed,
    after(ms: number, fn: () => void) {
      let due = true;
      queueMicrotask(() => {
        if (!due) return;
        clock.passed += ms;
        fn();
      });
      return () => {
        due = false;
      };
    },
  };
  return clock;
}

function builtinAssistant(clock: Clock): Model {
  const model = builtinModels(clock).get(BUILTIN_NAME);
  if (!model) throw new Error("there is no built-in assistant");
  return model;
}

const answerTo = (...messages: [PromptMessage["role"], string][]) =>
  builtinAnswer(messages.map(([role, content]) => ({ role, content })));

describe("what it says", () => {
  it("labels itself in its first answer of a conversation, and only there", () => {
    const first = answerTo(["user", "hello"]);
    expect(first).toMatch(/built-in assistant.*no language model is configured/);
    expect(answerTo(["user", "hello"], ["assistant", first], ["user", "hello"])).not.toContain("built-in");
    expect(answerTo(["user", "hello"], ["assistant", "from another model"], ["user", "hello"])).toContain("built-in");
  });

  it.each(["help", "What can you do?", "who are you", "?"])("%j is told what can be tried", (asked) => {
    expect(answerTo(["user", asked])).toContain("what you can try");
  });

  it.each(["How do I configure OpenAI?", "where does the API key go"])(
    "%j is told how to connect a real model",
    (asked) => {
      expect(answerTo(["user", asked])).toContain("OPENAI_BASE_URL=");
    },
  );

  it("shows a heading, a list, a table and a code block when asked for Markdown", () => {
    const answer = answerTo(["user", "Show me some Markdown"]);
    for (const part of ["\n## ", "\n1. ", "\n| --- ", "\n```ts\n", "\n> "]) expect(answer).toContain(part);
  });

  it("counts as far as it is asked to", () => {
    expect(answerTo(["user", "count to 12"])).toMatch(/1, 2, 3, 4, 5, 6, 7, 8, 9, 10,\n11, 12\.$/);
  });

  it("says of anything else that it takes a language model, and quotes it in short", () => {
    const answer = answerTo(["user", `Why is\nthe sky blue? ${"😀".repeat(300)}`]);
    expect(answer).toContain("> Why is the sky blue? 😀");
    expect(answer).toContain("takes a language model");
    expect(answer.isWellFormed()).toBe(true);
    expect(answer.length).toBeLessThan(1_000);
  });

  it.each(["", "hello", "help", "set up", "markdown", "count to 0", "count to 999", "anything"])(
    "an answer to %j ends with its last word",
    (asked) => {
      expect(answerTo(["user", asked])).toMatch(/\S$/);
    },
  );
});

describe("how it streams", () => {
  it("streams word by word at a pace that can be read, then finishes with a usage", async () => {
    const clock = hastyClock();
    const { texts, text, finish } = await collect(builtinAssistant(clock), asking("help"));
    expect(text).toBe(answerTo(["user", "help"]));
    const perSecond = texts.length / (clock.passed / 1_000);
    expect(perSecond).toBeGreaterThan(30);
    expect(perSecond).toBeLessThan(60);
    expect(finish?.reason).toBe("stop");
    expect(finish?.usage?.completion_tokens).toBeGreaterThan(100);
    expect(finish?.usage?.total_tokens).toBe(
      (finish?.usage?.prompt_tokens ?? 0) + (finish?.usage?.completion_tokens ?? 0),
    );
  });

  it("goes on exactly after whatever is stored of the answer", async () => {
    const model = builtinAssistant(hastyClock());
    const whole = answerTo(["user", "markdown"]);
    for (let cut = 0; cut <= whole.length; cut += 7) {
      const { text, finish } = await collect(model, asking("markdown", whole.slice(0, cut)));
      expect(whole.slice(0, cut) + text).toBe(whole);
      expect(finish).not.toBeNull();
    }
  });

  it("tells its answer from the start when what is stored is not its own", async () => {
    const { text } = await collect(builtinAssistant(hastyClock()), asking("help", "Something else"));
    expect(text).toBe(answerTo(["user", "help"]));
  });

  it("stops at once when it is aborted, without finish", async () => {
    const never: Clock = { now: () => 0, after: () => () => {} };
    const abort = new AbortController();
    const collected = collect(builtinAssistant(never), asking("help"), abort.signal, () => abort.abort());
    expect(await collected).toMatchObject({ texts: ["I"], finish: null, error: null });
  });
});
