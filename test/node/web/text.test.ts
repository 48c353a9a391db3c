// The page's small rules about text: Markdown blocks, the list's last line, what is spoken, initials.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/protocol/entities.ts";
import { plainText } from "../../../src/protocol/plain-text.ts";
import { announcement } from "../../../src/web/conversation/announcement.ts";
import { createSplitter, endOfSlice } from "../../../src/web/conversation/markdown-blocks.ts";
import { lastLine } from "../../../src/web/list/last-line.ts";
import { HUES, hue, initials } from "../../../src/web/ui/initials.ts";
import { newMessage } from "../../support/samples.ts";

const said = (role: Message["role"], content: string, change: Partial<Message> = {}): Message =>
  newMessage(1, { role, author: role === "user" ? { user_id: 1, name: "Ada" } : null, content, ...change });

describe("Markdown blocks", () => {
  const markdownBlocks = (text: string, growing: boolean) => createSplitter()(text, growing);
  const ANSWER =
    "# Title\n\nA paragraph with **bold**.\n\n- one\n- two\n\n```js\nlet a;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";

  test("are rendered in slices: all of them, in order, none longer than 12,000 characters unless a block is", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000)), (lengths) => {
        const blocks = lengths.map((length) => "x".repeat(length));
        let from = 0;
        while (from < blocks.length) {
          const end = endOfSlice(blocks, from);
          expect(end).toBeGreaterThan(from);
          if (end > from + 1) expect(blocks.slice(from, end).join("").length).toBeLessThanOrEqual(12_000);
          from = end;
        }
        expect(endOfSlice(blocks, from)).toBe(blocks.length);
      }),
    );
  });

  test("a text that has ended is only cut, never changed", () => {
    expect(markdownBlocks(ANSWER, false).join("")).toBe(ANSWER);
    fc.assert(
      fc.property(fc.string(), (text) => {
        // marked reads \r\n and \r as \n.
        expect(markdownBlocks(text, false).join("")).toBe(text.replace(/\r\n|\r/g, "\n"));
      }),
    );
  });

  test("while a text grows, all its blocks but the last two stay as they are", () => {
    for (let length = 1; length < ANSWER.length; length++) {
      const [now, next] = [
        markdownBlocks(ANSWER.slice(0, length), true),
        markdownBlocks(ANSWER.slice(0, length + 1), true),
      ];
      expect(next.slice(0, Math.max(0, now.length - 2))).toEqual(now.slice(0, Math.max(0, now.length - 2)));
    }
  });

  test("of a text that grows piece by piece leave nothing of it out, and nothing of another text in", () => {
    const piece = fc.constantFrom(
      ...[
        "word ",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "2",
        ". ",
        "# ",
        "```",
        "\n```\n",
        "> ",
        "| a ",
        "|",
        "\n|--|\n",
        "**",
        "    x",
        "==",
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const split = createSplitter();
        let text = "";
        for (const next of pieces) {
          text += next;
          split(text, true);
        }
        const bare = (words: string) => words.replace(/\s/g, ""); // marked trims what ends in an empty item
        expect(bare(split(text, false).join(""))).toBe(bare(text));
        expect(split("Another", false)).toEqual(["Another"]);
      }),
    );
  });

  test.each([ANSWER, "1. a\n\n2. b\n\n   more\n\nend", "> a\n\n> b\n\n    code\n\ntext\n===\n"])(
    "of %j, letter by letter, are those of the whole",
    (whole) => {
      const split = createSplitter();
      for (let length = 1; length <= whole.length; length++) split(whole.slice(0, length), true);
      expect(split(whole, false)).toEqual(markdownBlocks(whole, false));
    },
  );

  test("an open mark at the end of a growing text is closed", () => {
    expect(markdownBlocks("This is **bo", true)).toEqual(["This is **bo**"]);
  });
});

test("Markdown marks are not shown in the list and not spoken", () => {
  expect(plainText("## Tea\n\n- **green**\n- [black](https://a.example)\n\n```js\nboil()\n```")).toBe(
    "Tea green black boil()",
  );
});

test("the list says who spoke last", () => {
  expect(lastLine(null)).toBe("No messages yet");
  expect(lastLine(said("user", "Hello *there*"))).toBe("Ada: Hello there");
  expect(lastLine(said("assistant", "# Hi"))).toBe("Assistant: Hi");
  expect(lastLine(said("user", "all \u202eturned around"))).toBe("Ada: all turned around");
  expect(lastLine(said("user", "secret", { deleted_at: "2026-11-21T10:00:00.000Z" }))).toBe(
    "This message was deleted.",
  );
});

test("a message is spoken with its author", () => {
  expect(announcement(said("assistant", "**Yes**, it is."))).toBe("Assistant: Yes, it is.");
  expect(announcement(said("user", "Good", { author: null }))).toBe("Former member: Good");
});

describe("avatars", () => {
  test.each([
    ["Ada Lovelace", "AL"],
    ["ada", "A"],
    ["Ana María de la Cruz", "AC"],
    ["demo_doctor", "DD"],
    ["李小龙", "李"],
    ["😀", "?"],
    ["", "?"],
  ])("%s is %s", (name, expected) => expect(initials(name)).toBe(expected));

  test("a person's colour stays theirs, and neighbours differ", () => {
    for (let id = 1; id < 100; id++) {
      expect(hue(id)).toBe(hue(id));
      expect(hue(id)).not.toBe(hue(id + 1));
      expect(hue(id)).toBeLessThan(HUES);
    }
  });
});
