// `builtin/assistant`: answers without any provider, the same for the same conversation, so that a fresh clone works
// and streams. It says what it is; builtin-answers.ts holds what it says.
import type { Clock } from "../lib/clock.ts";
import { builtinAnswer } from "./builtin-answers.ts";
import type { Model, ModelRequest } from "./model.ts";
import { estimateTokens } from "./tokens.ts";

export const BUILTIN_NAME = "builtin/assistant";

/** About 45 words a second: quick to read along, slow enough to be seen streaming. */
const WORD_MS = 22;

export function builtinAssistant(clock: Clock): Model {
  return {
    name: BUILTIN_NAME,
    async *stream(request, signal) {
      const answer = builtinAnswer(request.messages);
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
