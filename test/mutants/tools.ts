// Tools that clients run (S9).
import type { Mutant } from "./mutant.ts";

const ROUNDS = ["what nobody offers is not called, and after eight rounds nothing is"];

export const TOOL_MUTANTS: readonly Mutant[] = [
  {
    promise: "S9",
    name: "a model calls for what nobody offers",
    file: "src/conversation/prompting.ts",
    find: "tools.some((tool) => tool.name === name)",
    replace: "tools.some((tool) => tool.name !== name)",
    tests: ROUNDS,
  },
  {
    promise: "S9",
    name: "a model calls for ever",
    file: "src/conversation/prompting.ts",
    find: "if (round + 1 >= TOOL_ROUNDS) return [];",
    replace: "if (round + 1 >= TOOL_ROUNDS * 100) return [];",
    tests: ROUNDS,
  },
];
