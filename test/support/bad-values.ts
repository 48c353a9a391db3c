// Values that hardly any field takes, and the words that no answer may have: those of the validation library.

export const BAD_VALUES: readonly unknown[] = [
  ...[undefined, null, "", "\0", "x".repeat(70_000), -1, 0, 1.5, 1e300, true],
  ...[[], [null], {}, { a: { b: 1 } }, "not a number", "2026-13-45"],
];

export const LIBRARY_WORDS =
  /expected|received|too (small|big|short|long)|invalid (input|option|string|format|element|key|date|url|email|value)|unrecognized|no matching|must match pattern|zod/i;
