// Search snippets: what the server escaped is shown as it was written, and only its marks mark.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSnippet } from "../../../src/web/search/snippet.ts";

const escaped = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

describe("a snippet", () => {
  test("is text with its hits", () => {
    expect(parseSnippet("the <mark>tides</mark> of the <mark>North</mark> Sea")).toEqual([
      { text: "the ", hit: false },
      { text: "tides", hit: true },
      { text: " of the ", hit: false },
      { text: "North", hit: true },
      { text: " Sea", hit: false },
    ]);
  });

  test("shows HTML that somebody wrote as that text, also a mark of their own", () => {
    expect(parseSnippet("&lt;img src=x onerror=alert(1)&gt; &lt;mark&gt;no&lt;/mark&gt; &amp;lt;")).toEqual([
      { text: "<img src=x onerror=alert(1)> <mark>no</mark> &lt;", hit: false },
    ]);
  });

  test("leaves out the marks of Markdown, and no sign of a word", () => {
    expect(parseSnippet("**High <mark>water</mark>** by `<mark>foo</mark>_bar` * 2")).toEqual([
      { text: "High ", hit: false },
      { text: "water", hit: true },
      { text: " by ", hit: false },
      { text: "foo", hit: true },
      { text: "_bar * 2", hit: false },
    ]);
  });

  test("gives back any other text byte for byte", () => {
    const text = fc.string({ minLength: 1 }).filter((each) => !/[*~`]/.test(each));
    const parts = fc.array(fc.record({ text, hit: fc.boolean() }));
    fc.assert(
      fc.property(parts, (written) => {
        const snippet = written
          .map(({ text, hit }) => (hit ? `<mark>${escaped(text)}</mark>` : escaped(text)))
          .join("");
        const read = parseSnippet(snippet);
        expect(read.map(({ text }) => text).join("")).toBe(written.map(({ text }) => text).join(""));
        const hits = (all: typeof written) => all.filter(({ hit }) => hit).map(({ text }) => text);
        expect(hits(read)).toEqual(hits(written));
      }),
    );
  });
});
