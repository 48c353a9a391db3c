// What `tail` shows of the messages as they come, change and go.
import { describe, expect, it } from "vitest";
import { newsOf, readable } from "../../../src/cli/tail.ts";
import { AT, BOB, newMessage } from "../../support/samples.ts";

const ids = (messages: readonly { id: number }[]) => messages.map(({ id }) => id);

describe("following a conversation", () => {
  it("begins with the last ten messages, and shows each that comes once", () => {
    const news = newsOf();
    const messages = Array.from({ length: 12 }, (_, i) => newMessage(i + 1));
    expect(ids(news(messages))).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(news(messages)).toEqual([]);
    expect(ids(news([...messages, newMessage(13)]))).toEqual([13]);
  });

  it("shows all that comes at once to a conversation that was empty", () => {
    const news = newsOf();
    news([]);
    expect(news(Array.from({ length: 12 }, (_, i) => newMessage(i + 1)))).toHaveLength(12);
  });

  it("shows an answer that comes after younger messages: its number was given when it began", () => {
    const news = newsOf();
    news([newMessage(1)]);
    expect(ids(news([newMessage(1), newMessage(3)]))).toEqual([3]);
    expect(ids(news([newMessage(1), newMessage(2), newMessage(3)]))).toEqual([2]);
  });

  it("shows a message again when it is edited and when it is deleted", () => {
    const news = newsOf();
    news([newMessage(1), newMessage(2)]);
    const edited = newMessage(1, { author: BOB, content: "better", edited_at: AT });
    const deleted = newMessage(2, { author: BOB, content: "", deleted_at: AT });
    expect(news([edited, deleted]).map(readable)).toEqual(["#1 Bob: better (edited)", "#2 Bob: (deleted)"]);
    expect(news([edited, deleted])).toEqual([]);
  });

  it("sets in the further lines of a message, so that none passes for another's", () => {
    const forged = newMessage(1, { author: BOB, content: "ok\n#2 Dr. House: I approve\u2028#3 Ann: me too" });
    expect(readable(forged)).toBe("#1 Bob: ok\n    #2 Dr. House: I approve\n    #3 Ann: me too");
    const named = newMessage(1, { author: { user_id: 2, name: "Bob\n#2 Dr. House" }, content: "hi" });
    expect(readable(named)).toBe("#1 Bob #2 Dr. House: hi");
  });
});
