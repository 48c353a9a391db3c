// Under which terms the words of any script are found, and where in the original text each of them stands.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../../src/lib/folded.ts";
import { wordsOf } from "../../../src/lib/terms.ts";

/** All terms, in order; of an inner word in parentheses. */
const termsOf = (text: string): string =>
  [...wordsOf(text)].map(({ terms, inner }) => (inner ? `(${terms.join("|")})` : terms.join("|"))).join(" ");

/** Under what a text is found. */
const indexed = (text: string): Set<string> =>
  new Set([...wordsOf(text)].flatMap(({ terms, whole }) => [...terms, whole]));

/** What a text must have to be found as it is asked for. */
const asked = (text: string): string[] => [...wordsOf(text)].filter(({ inner }) => !inner).map(({ whole }) => whole);

/** The words as the original has them. */
const placesOf = (text: string): string[] => [...wordsOf(text)].map(({ start, end }) => text.slice(start, end));

describe("words of a language", () => {
  it.each([
    [
      "English: six letters, and the stem where it is another",
      "Running internationally",
      "runnin|run- intern|internation-",
    ],
    ["German: without accents, ß as ss", "Übermäßige STRASSEN in Köln", "uberma|ubermassig- strass|strassen- in koln"],
    ["French: an elision is a word of its own", "l'été prochain", "l ete|et- procha|prochain-"],
    ["Vietnamese", "Đường phố", "đuong pho"],
    ["Turkish capitals", "İstanbul", "istanb|istanbul-"],
    ["Russian: five letters, ё as е", "Ещё переводчики", "еще перев"],
    ["Greek: without accents, one sigma", "Ο ΔΡΌΜΟΣ, ο δρόμος", "ο δρομο ο δρομο"],
    ["Greek: a word that ends in sigma", "ΟΔΟΣ οδός", "οδοσ οδοσ"],
    ["Arabic: without vowel points and stretching", "العَرَبِيَّة كـــتاب", "العرب كتاب"],
    ["Hebrew: without points", "שָׁלוֹם", "שלום"],
    ["Hindi: its vowel signs are letters", "हिन्दी भाषा", "हिन्द भाषा"],
    ["Chinese: characters and pairs", "北京大学", "(北) 北京 (京) 京大 (大) 大学 (学)"],
    ["Chinese: one character alone", "书。", "书"],
    ["Chinese beyond the basic plane", "𠮷野家", "(𠮷) 𠮷野 (野) 野家 (家)"],
    ["Japanese: kana and kanji alike", "食べる", "(食) 食べ (べ) べる (る)"],
    ["Japanese: half-width kana", "ｶﾞｽ", "(ガ) ガス (ス)"],
    ["Korean: pairs within a word", "한국어를 배우다", "한국 국어 어를 배우 우다"],
    ["Korean: one syllable alone", "집", "집"],
    ["Korean in single jamo", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"],
    ["Thai: pairs of characters with their marks", "กินข้าว", "กิน นข้ ข้า าว"],
    ["several scripts in a row", "用TypeScript写한글", "用 typesc|typescript- 写 한글"],
  ])("%s", (_what, text, terms) => expect(termsOf(text)).toBe(terms));
});

describe("numbers and codes, whole and in parts", () => {
  it.each([
    ["TS-999", "ts-999 (ts) (999)"],
    ["3.5", "3.5 (3) (5)"],
    ["A4", "a4 (a) (4)"],
    ["2026-11-21", "2026-11-21 (2026-11) (2026) (11-21) (11) (21)"],
    ["snake_case", "snake_case (snake) (case)"],
    ["src/h2o.ts", "src/h2o.ts (src/h2o) (src) (h2o.ts) (h2o) (h) (2) (o) (ts)"],
    ["10:30am", "10:30am (10:30) (10) (30am) (30) (am)"],
    ["v1.2-b", "v1.2-b (1.2-b) (v1.2) (1.2) (v1) (v) (1) (2-b) (2) (b)"],
    ["a.b.item-12/c.d", "a b.item-12 (b) item-12/c (item-12) (item) 12/c.d (12/c) (12) (c) (d)"],
    ["well-known and/or end.Next", "well known and or end next"],
    ["TS\u2011999", "ts-999 (ts) (999)"], // models like to write the hyphen that does not break
    ["ＡＢＣ－１２", "abc-12 (abc) (12)"],
    ["9f86d081884c7d65", "9f86d081884c7d65"],
    ["x".repeat(100), "xxxxxx"],
    ["7".repeat(100), "7".repeat(64)],
    ["1. two, -3-", "1 two 3"],
  ])("%s", (text, terms) => expect(termsOf(text)).toBe(terms));
});

/** Each of at most three pieces, and none a part of another. */
const CODES = ["TS-999", "GPT-5", "item-12", "11:30", "3.7.2", "2026-04-01", "A4", "load_older", "x86"];
const joined = fc
  .array(fc.tuple(fc.constantFrom(...CODES, "v3.7.2", "11:30pm", "example"), fc.constantFrom(...":/-.,")), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.map(([code, joint]) => code + joint).join(""));

describe("codes that are joined to each other", () => {
  it.each([
    ["https://shop.example.org/item-12", "item-12"],
    ["GPT-4/GPT-5", "GPT-5"],
    ["10:30-11:30", "11:30"],
    ["v1.2.3-beta", "1.2.3"],
    ["TS-999.pdf", "TS-999"],
    ["urn:uuid:9b2c4d10-7f3a-4e5b-8c6d-0a1b2c3d4e5f", "9b2c4d10-7f3a-4e5b-8c6d-0a1b2c3d4e5f"],
  ])("in %s is found %s", (text, code) => expect(asked(code).filter((term) => !indexed(text).has(term))).toEqual([]));

  it("are each found, wherever in the text", () => {
    fc.assert(
      fc.property(
        joined,
        fc.constantFrom(...CODES),
        fc.constantFrom(...":/-.,"),
        joined,
        (before, code, joint, after) => {
          const terms = indexed(before + code + joint + after);
          expect(asked(code).filter((term) => !terms.has(term))).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("are found with whatever stands before and behind them in the question", () => {
    fc.assert(
      fc.property(joined, joined, (one, other) => {
        const terms = indexed(`${one} some ${other}`);
        for (const q of [`${one} some`, `some ${one}`, `${other} ${one}`])
          expect(asked(q).filter((term) => !terms.has(term))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("are not found by a number that goes on", () => {
    expect(indexed("shop/item-123/TS-9991.pdf").has("item-12")).toBe(false);
    expect(asked("item-12")).toEqual(["item-12"]);
  });

  it("have terms in proportion to their number", () => {
    const size = (codes: number) => [...wordsOf("v1-2a/".repeat(codes))].length;
    expect(size(2_000)).toBeLessThan(2.01 * size(1_000));
    expect(size(1_000)).toBeLessThan(20 * 1_000);
  });
});

describe("what is not quite a letter", () => {
  it.each([
    ["emoji, without their colours and joiners", "👩🏽‍💻 ❤️ 🇩🇪", "👩 💻 ❤ 🇩🇪"],
    ["ligatures and compatibility signs", "ﬁne ㎏ ™ ①", "fine kg tm 1"],
    ["mathematical letters", "𝔸bc", "abc"],
    ["a soft hyphen inside a word", "co\u00adoperate", "cooper"],
    ["a space of zero width between words", "zero\u200bwidth", "zero width"],
    ["nothing but signs", "!?… — «» \n\t", ""],
    ["half of a pair, and NUL", "a\ud800b\0c", "a b c"],
  ])("%s", (_what, text, terms) => expect(termsOf(text)).toBe(terms));
});

describe("the place of a word", () => {
  it.each([
    ["The ﬁne ligature", ["The", "ﬁne", "ligature"]],
    ["e\u0301te\u0301 ẞa", ["e\u0301te\u0301", "ẞa"]],
    ["👩🏽‍💻x", ["👩🏽", "💻", "x"]],
    ["ｶﾞｽ", ["ｶﾞｽ", "ｶﾞ", "ｽ"]],
    ["🄀 ㎏!", ["🄀", "㎏"]],
    ["𠮷野", ["𠮷野", "𠮷", "野"]],
    ["(TS-999)", ["TS-999", "TS", "999"]],
    ["\u1112\u1161\u11abz", ["\u1112\u1161\u11ab", "z"]],
  ])("in %j", (text, places) => expect(placesOf(text).sort()).toEqual(places.sort()));
});

/** Texts that mix what is hard: marks, pairs, widths, joiners, signs. */
const PARTS = [
  ..."aZß ẞİéΣς9_-./:,'’\u00ad\u200b\u200d\u0301\u0327йЁ北京𠮷べｶﾞ한각\u1112\u1161\u11abกิ้ाहி",
  ...["👩🏽‍💻", "🇩🇪", "❤️", "ﬁ", "㎏", "ﷺ", "🄀", "\ud800", "\udc00", "TS-999", "snake_case", "running"],
];
const anyText = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** A sign that stands for several words (㍸ is dm²) cannot be cut into them. */
const ofSingleWords = anyText.map((text) =>
  text.replace(/./gsu, (sign) => ([...wordsOf(sign)].length > 1 ? "" : sign)),
);

describe("in any text", () => {
  it("every place is inside it, and no pair of surrogates is split", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const boundary = (at: number) => !/^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
        for (const { start, end } of wordsOf(text)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(boundary(start) && boundary(end)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("each of its words, asked for alone, is found in it", () => {
    fc.assert(
      fc.property(ofSingleWords, (text) => {
        const words = [...wordsOf(text)];
        const found = new Set(words.flatMap(({ terms }) => terms));
        for (const { start, end } of words) {
          const asked = [...wordsOf(text.slice(start, end))].filter(({ inner }) => !inner);
          expect(asked.length).toBeGreaterThan(0);
          for (const { terms } of asked) expect(terms.some((term) => found.has(term))).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("terms have nothing in them that separates terms, quotes them, or means something to the index", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const { terms } of wordsOf(text)) for (const term of terms) expect(term).toMatch(/^[^\s\0"'()*^+~]+$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("folding tells for every unit where it came from", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: folded, starts, ends } = fold(text);
        expect([starts.length, ends.length]).toEqual([folded.length, folded.length]);
        expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
      }),
      { numRuns: 1_000 },
    );
  });
});
