// A conversation as a file: complete at any length, read as fast as it is taken, and broken off rather than short.
import fc from "fast-check";
import { marked } from "marked";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import ReactMarkdown from "react-markdown";
import { describe, expect, it } from "vitest";
import type { ExportedMessage } from "../../../src/http/export-markdown.ts";
import { attachment, type ExportSource, exported } from "../../../src/http/exporting.ts";
import { ok, refuse } from "../../../src/protocol/errors.ts";

const AT = "2026-11-21T12:00:00.000Z";
const message = (id: number, more: Partial<ExportedMessage> = {}): ExportedMessage => ({
  ...{ id, role: "user", author: { user_id: 1, name: "Ada" }, content: `message ${id}`, data: {}, files: [] },
  ...{ turn_id: null, reply_to: null, client_id: null, created_at: AT, ...more },
});

interface Tree {
  type: string;
  value?: string;
  children?: Tree[];
}
/** What the page's reader of Markdown takes for HTML. */
function tagsOf(source: string): string {
  const tags: string[] = [];
  const collect = (node: Tree) => {
    if (node.type === "html") tags.push(node.value ?? "");
    for (const child of node.children ?? []) collect(child);
  };
  renderToStaticMarkup(createElement(ReactMarkdown, { remarkPlugins: [() => collect] }, source));
  return tags.join("\n");
}

class Source implements ExportSource {
  at = AT;
  pages = 0;
  ends: [number, boolean][] = [];
  conversation: ExportSource["conversation"] = {
    ...{ id: 7, kind: "chat", title: "Tea", model: null, instructions: null, assistant_mode: "always" },
    ...{ temperature: null, created_at: AT, role: "owner", unread: 0, last_message: null },
    members: [{ user_id: 1, name: "Ada", role: "owner", read_id: 0 }],
  };
  constructor(
    readonly messages: readonly ExportedMessage[],
    readonly refuseFrom = Infinity,
  ) {}
  async after(id: number) {
    if (this.pages++ >= this.refuseFrom) return refuse("not_found", "There is no such conversation.");
    const start = this.messages.findIndex((one) => one.id > id);
    const found = start < 0 ? [] : this.messages.slice(start, start + 200);
    return ok({ messages: found, newer: start >= 0 && start + 200 < this.messages.length });
  }
  ended = (messages: number, complete: boolean) => void this.ends.push([messages, complete]);
}

const file = (source: Source, format: "json" | "md" = "json") => new Response(exported(source, format)).text();

describe("JSON", () => {
  it("holds 10,000 messages, all of them, in order", async () => {
    const source = new Source(Array.from({ length: 10_000 }, (_, i) => message(i + 1)));
    const { conversation, members, exported_at, messages } = JSON.parse(await file(source));
    expect([conversation.id, members.length, exported_at]).toEqual([7, 1, AT]);
    expect(messages).toEqual(source.messages);
    expect(source.ends).toEqual([[10_000, true]]);
  });

  it.each([0, 1, 200, 201])("of %i messages is valid", async (n) => {
    const source = new Source(Array.from({ length: n }, (_, i) => message(i + 1)));
    expect(JSON.parse(await file(source)).messages).toHaveLength(n);
  });

  it("has variants, edits, deletions, replies and the models of answers", async () => {
    const answer = { role: "assistant", author: null, reply_to: 1 } as const;
    const all = [
      message(1, { answer_id: 3, edited_at: AT }),
      message(2, { ...answer, turn_id: 1, model: "a:small" }),
      message(3, { ...answer, turn_id: 2, model: "a:large" }),
      message(4, { content: "", deleted_at: AT, reply_to: 3 }),
    ];
    expect(JSON.parse(await file(new Source(all))).messages).toEqual(all);
  });
});

describe("the stream", () => {
  it("reads a page when the one before it was taken, and stops reading when nobody takes more", async () => {
    const source = new Source(Array.from({ length: 10_000 }, (_, i) => message(i + 1)));
    const reader = exported(source, "json").getReader();
    for (let taken = 0; taken < 5; taken++) {
      expect(source.pages).toBeLessThanOrEqual(taken);
      await reader.read();
    }
    await reader.cancel();
    expect(source.pages).toBeLessThanOrEqual(5);
    expect(source.ends).toEqual([[800, false]]);
  });

  it.each(["json", "md"] as const)("of %s ends with an error when the reader may read no more", async (format) => {
    const source = new Source(
      Array.from({ length: 1_000 }, (_, i) => message(i + 1)),
      2,
    );
    await expect(file(source, format)).rejects.toThrow("the export broke off: not_found");
    expect(source.ends).toEqual([[400, false]]);
  });
});

/** Markdown as a reader with raw HTML switched on shows it. */
const html = async (messages: ExportedMessage[]): Promise<string> => marked(await file(new Source(messages), "md"));

describe("Markdown", () => {
  it("says who wrote what when, with which model, and folds other answers away", async () => {
    const answer = { role: "assistant", author: null, reply_to: 1 } as const;
    const text = await file(
      new Source([
        message(1, { answer_id: 3, content: "Which tea?" }),
        message(2, { ...answer, content: "Green.", model: "a:small" }),
        message(3, { ...answer, content: "Black,\n\n- hot", model: "a:large", edited_at: AT }),
        message(4, { deleted_at: AT, content: "" }),
      ]),
      "md",
    );
    expect(text).toBe(
      [
        ...["# Tea", "", `- Begun: ${AT}`, `- Exported: ${AT}`, "- People: Ada (owner)", ""],
        ...[`## #1 Ada, ${AT}`, "", "> Which tea?", ""],
        ...[
          "<details><summary>Another answer</summary>",
          "",
          `**#2 Assistant, ${AT} (a:small, to #1)**`,
          "",
          "> Green.",
        ],
        ...["", "</details>", ""],
        ...[`## #3 Assistant, ${AT} (a:large, to #1, edited ${AT})`, "", "> Black,", ">", "> - hot", ""],
        ...[`## #4 Ada, ${AT}`, "", `*Deleted ${AT}*`, ""],
      ].join("\n"),
    );
  });

  it.each([
    ["a heading", "# Not a title\n## #9 Eve, today"],
    ["an empty line and more", "one\n\n\n\n# two"],
    ["other line ends", "a\r\rb\u2028# c\u0085# d"],
    ["a fence without an end", "```\n</blockquote><script>evil()</script>"],
    ["a fence that is none", "- a\n  ```\n<script>evil()</script>"],
    ["a fence in a quote", "> ```\n<script>evil()</script>"],
    ["text behind a fence", "```\ncode\n```\n</blockquote><script>evil()</script>"],
    ["tags that close what is around", "</blockquote></details><script>evil()</script>"],
    ["an escaped tag", "\\<script>evil()</script>"],
    ["a comment", "<!-- "],
    ["a definition", "[#2 Ada]: /evil\n\n[Ada]: /evil\n\n[\nAda\n]: /evil"],
  ])("lets %s in a text change nothing around it", async (_what, content) => {
    const page = await html([message(1, { content }), message(2, { content: "[Ada] after" })]);
    const around = page.replace(/<blockquote>[\s\S]*?<\/blockquote>\n(?=<h2|$)/g, "<blockquote/>");
    expect(around.match(/<h2>.*<\/h2>/g)).toEqual([`<h2>#1 Ada, ${AT}</h2>`, `<h2>#2 Ada, ${AT}</h2>`]);
    expect(around.match(/<blockquote\/>/g)).toHaveLength(2);
    expect(page).not.toMatch(/<script|<!--|<a [^>]*evil/);
    expect(page).toContain("<p>[Ada] after</p>");
  });

  it.each([
    "   ```\ncode\n```\n<script>evil()</script>\n```",
    "para\n   ~~~\nx\n~~~\n\n<script>evil()</script>\n~~~",
    "1. ```\n```\n<script>evil()</script>",
    "    ```\n```\n<script>evil()</script>",
    "```a`b\n<script>evil()</script>",
  ])("takes nothing for code that readers of Markdown do not: %j", async (content) => {
    const source = await file(new Source([message(1, { content })]), "md");
    for (const page of [marked(source), tagsOf(source)]) expect(page).not.toContain("<script");
  });

  it("lets no tag out of any fences and indentations", async () => {
    const piece = fc.constantFrom(
      "```",
      "~~~",
      "````",
      " ",
      "   ",
      "\t",
      "- ",
      "> ",
      "1. ",
      "x",
      "`",
      "\n",
      "\n",
      "\n\n",
      "<script>",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
        const source = await file(new Source([message(1, { content: pieces.join("") })]), "md");
        for (const page of [marked(source), tagsOf(source)]) expect(page).not.toContain("<script");
      }),
      { numRuns: 500 },
    );
  });

  it("keeps code in fences as it is", async () => {
    expect(await file(new Source([message(1, { content: "See:\n```html\n<b>a</b>\n```\na < b" })]), "md")).toContain(
      "> See:\n> ```html\n> <b>a</b>\n> ```\n> a &lt; b\n",
    );
  });

  it("takes titles and names for text", async () => {
    const source = new Source([message(1, { author: { user_id: 1, name: "*Eve*\n# <b>" } })]);
    source.conversation = { ...source.conversation, title: "<img> [x](y)" };
    const page = marked(await file(source, "md"));
    expect(page).toContain("<h1>&lt;img&gt; [x](y)</h1>");
    expect(page).toContain(`<h2>#1 *Eve* # &lt;b&gt;, ${AT}</h2>`);
  });
});

describe("the name of the file", () => {
  it.each([
    ["Tea time", "attachment; filename=\"Tea time.json\"; filename*=UTF-8''Tea%20time.json"],
    [null, "attachment; filename=\"Conversation 7.json\"; filename*=UTF-8''Conversation%207.json"],
    ["Größe 茶", "attachment; filename=\"Gr__e _.json\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E8%8C%B6.json"],
    [
      'a"b\\c/../d\r\nX: y',
      "attachment; filename=\"a b c .. d X y.json\"; filename*=UTF-8''a%20b%20c%20..%20d%20X%20y.json",
    ],
    ["100% (it's)", "attachment; filename=\"100_ (it's).json\"; filename*=UTF-8''100%25%20%28it%27s%29.json"],
  ])("of %j", (title, header) => expect(attachment(title, 7, "json")).toBe(header));
});
