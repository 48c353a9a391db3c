// The models that answer without any provider, the same for the same conversation, so that a fresh clone works and
// streams. What they say is in builtin-answers.ts (it says what it is) and builtin-interview.ts.
import type { Clock } from "../lib/clock.ts";
import { builtinAnswer } from "./builtin-answers.ts";
import { BUILTIN_INTERVIEW_NAME, builtinInterview } from "./builtin-interview.ts";
import type { Model, ModelRequest, PromptMessage } from "./model.ts";
import { estimateTokens } from "./tokens.ts";

export const BUILTIN_NAME = "builtin/assistant";

/** About 45 words a second: quick to read along, slow enough to be seen streaming. */
const WORD_MS = 22;

/** By their names. */
export const builtinModels = (clock: Clock): ReadonlyMap<string, Model> =>
  new Map(
    [speaker(clock, BUILTIN_NAME, builtinAnswer), speaker(clock, BUILTIN_INTERVIEW_NAME, builtinInterview)].map(
      (model) => [model.name, model],
    ),
  );

function speaker(clock: Clock, name: string, answerTo: (messages: readonly PromptMessage[]) => string): Model {
  return {
    name,
    async *stream(request, signal) {
      const answer = answerTo(request.messages);
      // The stored beginning is this same answer's, unless the program changed under it: then it is told from the start.
      const rest = answer.startsWith(request.partial) ? answer.slice(request.partial.length) : answer;
      for (const word of rest.match(/\s*\S+/g) ?? []) {
        if (signal.aborted) return;
        yield { type: "text", text: word };
        await pause(clock, WORD_MS, signal);
      }
      if (!signal.aborted) yield { type: "finish", reason: "stop", usage: usageOf(request, rest) };
    },
  };
}

function usageOf({ messages }: ModelRequest, said: string) {
  const prompt_tokens = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  const completion_tokens = estimateTokens(said);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** Resolves after `ms`, or at once when the signal aborts. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener("abort", done);
  });
}
