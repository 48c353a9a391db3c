// The token estimate against the true counts of o200k_base (token-samples.json, counted with gpt-tokenizer 4.0.0).
import { expect, it } from "vitest";
import { estimateTokens } from "../../../src/models/tokens.ts";
import samples from "./token-samples.json" with { type: "json" };

it.each(samples)("is never under the true count of $name, nor far above it", ({ text, tokens }) => {
  expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens);
  expect(estimateTokens(text)).toBeLessThanOrEqual(1.6 * tokens);
});

it("is nothing for an empty text and something for any other", () => {
  expect(estimateTokens("")).toBe(0);
  for (const text of ["a", "1", ".", "\n", "é", "😀", "\ud800", "\0"]) expect(estimateTokens(text)).toBeGreaterThan(0);
});

it("grows with the text, however long", () => {
  const once = samples.map(({ text }) => text).join("\n");
  const twenty = estimateTokens(`${once}\n`.repeat(20));
  expect(twenty / estimateTokens(once)).toBeGreaterThan(19.9);
});
