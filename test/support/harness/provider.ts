// The counting provider of the harness: answers as answers.ts says, in pieces, sometimes repeating the end of a partial.
import { askToContinue } from "../../../src/models/continuation.ts";
import type { Call, FakeProvider } from "../fake-provider.ts";
import { answerTo } from "./answers.ts";
import type { Happening } from "./boundaries.ts";
import type { Random } from "./random.ts";
import type { CallRecord } from "./record.ts";

const GO_ON = askToContinue("")[1]?.content;

const isContinuation = ({ messages }: Call): boolean => messages.at(-1)?.content === GO_ON;

/** The question that a call answers; the prompt may say before it who asked. */
export function questionOf(call: Call): string {
  const asked = isContinuation(call) ? call.messages.slice(0, -2) : call.messages;
  const last = asked.findLast(({ role }) => role === "user")?.content ?? "";
  return last.match(/\S+ answer in \d+ words$/)?.[0] ?? "";
}

/** The beginning of the answer that a call is asked to continue, else "". */
const partialOf = (call: Call): string => (isContinuation(call) ? (call.messages.at(-2)?.content ?? "") : "");

export const recordOfCall = (call: Call): CallRecord => ({
  question: questionOf(call),
  partial: partialOf(call),
  arrived: call.at,
  ended: call.endedAt,
});

/** From now on every call is answered with the known answer to its question. */
export function playAnswers(provider: FakeProvider, random: Random): void {
  provider.script((call) => {
    const partial = partialOf(call);
    const lastWords = partial.match(/(?<= )\S+ \S+ ?$/)?.[0] ?? "";
    const overlap = random.chance(0.5) ? lastWords.length : 0;
    return { text: answerTo(questionOf(call)), intervalMs: random.between(1, 8), continuation: { overlap } };
  });
}

/** Tells of calls and tokens at the very moment; the answer ends it. */
export function observeProvider(provider: FakeProvider, tell: (happening: Happening) => void): () => void {
  const open = new Map<Call, { tokens: number; all: number }>();
  const asked = new Set<string>();
  let seen = provider.calls.length;
  let stopped = false;
  void provider.when(() => {
    for (const call of provider.calls.slice(seen)) {
      const question = questionOf(call);
      const left = answerTo(question).slice(partialOf(call).length).match(/\S+/g)?.length ?? 0;
      open.set(call, { tokens: 0, all: left });
      tell({ type: "call", repeated: asked.has(question) });
      asked.add(question);
    }
    seen = provider.calls.length;
    for (const [call, progress] of open) {
      if (call.tokensSent > progress.tokens) {
        progress.tokens = call.tokensSent;
        tell({ type: "token", count: call.tokensSent });
        // The provider writes its finish in the same run of code as its last token.
        if (call.tokensSent >= progress.all) queueMicrotask(() => tell({ type: "finish_sent" }));
      }
      if (call.endedAt !== null) open.delete(call);
    }
    return stopped;
  });
  return () => {
    stopped = true;
  };
}
