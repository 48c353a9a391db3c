// Tools that clients run (S9, R3).
import type { Mutant } from "./mutant.ts";

const ROUNDS = ["what nobody offers is not called, and after eight rounds nothing is"];

export const TOOL_MUTANTS: readonly Mutant[] = [
  {
    promise: "S9",
    name: "a model calls for what nobody offers",
    file: "src/conversation/turns/prompting.ts",
    find: "tools.some((tool) => tool.name === name)",
    replace: "tools.some((tool) => tool.name !== name)",
    tests: ROUNDS,
  },
  {
    promise: "S9",
    name: "a model calls for ever",
    file: "src/conversation/turns/prompting.ts",
    find: "if (round + 1 >= TOOL_ROUNDS) return [];",
    replace: "if (round + 1 >= TOOL_ROUNDS * 100) return [];",
    tests: ROUNDS,
  },
  {
    promise: "R3",
    name: "a large result takes the conversation's place",
    file: "src/conversation/turns/prompt.ts",
    find: "result ? cutToTokens(content, shareOf(message, facts)) : content",
    replace: "content",
    tests: ["large results are shown cut, with a mark, and not the question and the conversation"],
  },
  {
    promise: "R3",
    name: "what a replaced answer led to is still shown",
    file: "src/conversation/turns/prompt.ts",
    find: "placed.filter(({ id }) => !followsReplaced(id))",
    replace: "placed",
    tests: [
      "after a retry nothing stays of what the replaced answer called for and led to, and late results for it are refused",
    ],
  },
];
