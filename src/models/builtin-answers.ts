// What the built-in assistant says: a few honest texts, chosen by the last thing a person wrote.
import type { PromptMessage } from "./model.ts";

export function builtinAnswer(messages: readonly PromptMessage[]): string {
  const asked = messages.findLast(({ role }) => role === "user")?.content.trim() ?? "";
  return `${INTRODUCTION} ${asked}`;
}
const INTRODUCTION = "I am Edgewise's built-in assistant: no language model is configured here.";
