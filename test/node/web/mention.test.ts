// Calling the assistant while a message is written.
import { describe, expect, test } from "vitest";
import { completeMention, mentionStart } from "../../../src/web/conversation/mention.ts";

/** `|` is the caret. */
const at = (marked: string): [string, number] => [marked.replace("|", ""), marked.indexOf("|")];

describe("a mention", () => {
  test.each([
    ["@|", 0],
    ["@ass|", 0],
    ["@ASS|", 0],
    ["please @a|", 7],
    ["one\n@as|", 4],
    ["please @a| now", 7],
  ])("is begun in %s", (marked, start) => expect(mentionStart(...at(marked))).toBe(start));

  test.each(["|", "@assistant|", "ada@a|", "@ben|", "@ass |", "@ass|ist", "a|"])("is not begun in %s", (marked) =>
    expect(mentionStart(...at(marked))).toBeNull(),
  );

  test.each([
    ["@|", "@assistant |"],
    ["please @a| now", "please @assistant |now"],
    ["@As|\nthen", "@assistant |\nthen"],
  ])("is completed in %s", (begun, whole) => {
    const [text, caret] = at(begun);
    const done = completeMention(text, mentionStart(text, caret) ?? -1, caret);
    expect(`${done.text.slice(0, done.caret)}|${done.text.slice(done.caret)}`).toBe(whole);
  });
});
