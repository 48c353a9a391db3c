// The piece of a found message that is shown: the place with most hits, as HTML that holds nothing but marks.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snippet } from "../../../src/lib/snippet.ts";
import { questionOf } from "../../../src/store/question.ts";

function shown(text: string, q: string): string {
  const question = questionOf(q);
  if (!question) throw new Error("there is no word in the question");
  return snippet(text, question.answers);
}

/** What a reader sees. */
const textOf = (html: string): string =>
  html
    .replace(/<\/?mark>/g, "")
    .replace(/&(lt|gt|quot|#39);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', "#39": "'" })[name] ?? "")
    .replaceAll("&amp;", "&");

const words = (n: number, word = "word") => Array.from({ length: n }, (_, i) => `${word}${i}`).join(" ");

describe("a snippet", () => {
  it("is the whole text when that is short", () => {
    expect(shown("one  two\nthree", "two")).toBe("one <mark>two</mark> three");
  });

  it("is cut between words around the hit, and says where something is left out", () => {
    const html = shown(`${words(50)} needle ${words(50)}`, "needle");
    expect(html).toMatch(/^…word\d+ .* <mark>needle<\/mark> .* word\d+…$/);
    expect(textOf(html).length).toBeLessThanOrEqual(162);
    expect(textOf(html).length).toBeGreaterThan(120);
  });

  it("shows the place where most of the asked words stand together, not the first of one", () => {
    const text = `tea tea tea ${words(60)} green tea ${words(60)} green ${words(60)}`;
    expect(shown(text, "green tea")).toContain("<mark>green</mark> <mark>tea</mark>");
  });

  it("marks words in all their forms, what begins with the last one, and runs of characters as one", () => {
    expect(shown("He was running to the shop", "runs sho")).toBe(
      "He was <mark>running</mark> to the <mark>shop</mark>",
    );
    expect(shown("我们去了北京大学。", "北京大学")).toBe("我们去了<mark>北京大学</mark>。");
    expect(shown("Straße, STRASSE", "strasse")).toBe("<mark>Straße</mark>, <mark>STRASSE</mark>");
    expect(shown("the ﬁne e\u0301te\u0301", "fine été")).toBe("the <mark>ﬁne</mark> <mark>e\u0301te\u0301</mark>");
  });

  it.each([
    ["GPT-4/GPT-5 compared", "GPT-5", "GPT-4/<mark>GPT-5</mark> compared"],
    ["GPT-4/GPT-5 compared", "GPT-4", "<mark>GPT-4</mark>/GPT-5 compared"],
    ["TS-999.pdf error found", "TS-999 error", "<mark>TS-999</mark>.pdf <mark>error</mark> found"],
    ["TS-9991.pdf", "ts-999", "<mark>TS-9991</mark>.pdf"],
    ["v1.2.3-beta", "1.2", "v<mark>1.2</mark>.3-beta"],
    ["see a.b/item-12/c", "https://a.b/item-12", "see <mark>a</mark>.<mark>b/item-12</mark>/c"],
  ])("marks in %s of the codes only what was asked for: %s", (text, q, html) => {
    expect(shown(text, q)).toBe(html);
  });

  it("escapes everything else", () => {
    expect(shown(`<b title="x">Tom's</b> & <mark>tea</mark>`, "tea")).toBe(
      "&lt;b title=&quot;x&quot;&gt;Tom&#39;s&lt;/b&gt; &amp; &lt;mark&gt;<mark>tea</mark>&lt;/mark&gt;",
    );
  });

  it("leaves out the marks that turn text around", () => {
    expect(shown("\u202eone \u2067two\u2069 three", "two")).toBe("one <mark>two</mark> three");
  });

  it("cuts what has no spaces without splitting a character", () => {
    const html = shown(`${"👩🏽‍💻".repeat(100)}needle${"!\u0301".repeat(200)}`, "needle");
    expect(html).toContain("<mark>needle</mark>");
    expect(html.isWellFormed()).toBe(true);
    expect(html).toMatch(/^…👩|^…💻/u);
    expect(html.endsWith("!\u0301…")).toBe(true);
  });

  it("marks the beginning of a hit that is longer than itself", () => {
    const html = shown("x".repeat(1_000), "xxxxxxx");
    expect(html).toBe(`<mark>${"x".repeat(160)}</mark>…`);
  });

  it("without a hit in what was looked at is its beginning", () => {
    expect(shown(words(100), "needle")).toMatch(/^word0 .* word\d+…$/);
  });

  it("of any text, asked for any of its words, is well-formed HTML with marks only, and a piece of the text", () => {
    const any = fc.array(
      fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 8 }),
        fc.constantFrom("<mark>", "&amp;", "北京大学", "𠮷", "é", "\n"),
      ),
      { minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(any, fc.nat(), (parts, n) => {
        const text = parts.join(" ").toWellFormed();
        const q = parts[n % parts.length] ?? "";
        fc.pre(questionOf(q) !== null);
        const html = shown(text, q);
        expect(html.isWellFormed()).toBe(true);
        expect(html.replace(/<mark>([^<>]+)<\/mark>/g, "$1")).not.toMatch(/[<>"']/);
        expect(html).not.toMatch(/&(?!(lt|gt|quot|amp|#39);)/);
        const flat = (from: string) => from.replace(/\s+/g, "");
        expect(flat(text)).toContain(flat(textOf(html)).replace(/^…/, "").replace(/…$/, ""));
      }),
      { numRuns: 1_000 },
    );
  });
});
