// How a continuation's text joins the stored text: promises over all texts, splits and overlaps, and the known limits.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askToContinue, type Join, joinContinuation } from "../../../src/models/continuation.ts";

const MAX_OVERLAP = 400;

/** Feeds the continuation piece by piece, as it streams, and joins at the first decision. null: diverged. */
function rejoin(stored: string, fresh: string, pieces: readonly number[] = [1]): string | null {
  let end = 0;
  for (let i = 0; end < fresh.length; i += 1) {
    end = Math.min(fresh.length, end + (pieces[i % pieces.length] ?? 1));
    const join = joinContinuation(stored, fresh.slice(0, end), false);
    if (join.state !== "undecided") return applied(join, stored, fresh);
  }
  return applied(joinContinuation(stored, fresh, true), stored, fresh);
}

function applied(join: Join, stored: string, fresh: string): string | null {
  if (join.state === "undecided") throw new Error("undecided at the end");
  return join.state === "append" ? stored + fresh.slice(join.skip) : null;
}

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
/** Texts in which no word comes twice, in several scripts, with line breaks and emoji. */
const distinctWords = fc
  .uniqueArray(
    fc.stringMatching(/^([a-z]{1,9}|[а-я]{1,9}|[ぁ-ん]{2,6}|😀|👩‍💻|[0-9]{1,5}|- [a-z]{3,8}|\*\*[a-z]{2,6}\*\*)$/u),
    {
      minLength: 2,
      maxLength: 120,
    },
  )
  .map((words) => words.map((word, i) => `${word}${i}`).join(" "));
const text = fc.string({ unit: "binary", maxLength: 600 }).map((s) => s.toWellFormed());
/** Texts that repeat themselves a lot. */
const repetitive = fc
  .array(fc.constantFrom("ha ", "very ", "a", "no", " ", "\n", "😀", "the "), { maxLength: 120 })
  .map((w) => w.join(""));
const anyText = fc.oneof(text, repetitive, distinctWords);

const splitsPair = (s: string, at: number) => at > 0 && at < s.length && !`${s.slice(0, at)}`.isWellFormed();
const splitAt = (s: string, part: number) => {
  const at = Math.floor(part * s.length);
  return splitsPair(s, at) ? at - 1 : at;
};
const part = fc.double({ min: 0, max: 1, noNaN: true });

describe("rejoins exactly", () => {
  it("a text of distinct words, split anywhere, that is gone on with exactly", () => {
    fc.assert(
      fc.property(distinctWords, part, pieces, (whole, where, sizes) => {
        const at = splitAt(whole, where);
        fc.pre(at >= 8); // of less than a word it cannot be said whether it was gone on with or begun again
        expect(rejoin(whole.slice(0, at), whole.slice(at), sizes)).toBe(whole);
      }),
    );
  });

  it("a text of distinct words, split anywhere, that is gone on with any overlap from a word's beginning on", () => {
    fc.assert(
      fc.property(distinctWords, part, part, pieces, (whole, where, back, sizes) => {
        const at = splitAt(whole, where);
        const from =
          whole.slice(0, at).lastIndexOf(" ", at - 1 - Math.floor(back * Math.min(at, MAX_OVERLAP - 12))) + 1;
        fc.pre(at - from >= 4 && at - from <= MAX_OVERLAP);
        const restart = from === 0;
        expect(rejoin(whole.slice(0, at), whole.slice(from), sizes), restart ? "restart" : "overlap").toBe(whole);
      }),
    );
  });

  it("a text of distinct words, split anywhere, that is gone on with any overlap of 12 units or more", () => {
    fc.assert(
      fc.property(distinctWords, part, part, pieces, (whole, where, back, sizes) => {
        const at = splitAt(whole, where);
        fc.pre(at >= 12);
        const from = at - 12 - Math.floor(back * (Math.min(at, MAX_OVERLAP) - 12));
        fc.pre(!splitsPair(whole, from));
        expect(rejoin(whole.slice(0, at), whole.slice(from), sizes)).toBe(whole);
      }),
    );
  });

  it("any text at all, split anywhere, that the provider tells again from the start", () => {
    fc.assert(
      fc.property(anyText, part, pieces, (whole, where, sizes) => {
        const at = splitAt(whole, where);
        fc.pre(at > 0);
        expect(rejoin(whole.slice(0, at), whole, sizes)).toBe(whole);
      }),
    );
  });

  it("a text whose words repeat, when the continuation opens with the space before them", () => {
    expect(rejoin("It was very very", " very good.")).toBe("It was very very very good.");
    expect(rejoin("Row, row, row", " row your boat")).toBe("Row, row, row row your boat");
  });
});

describe("for any stored and any new text", () => {
  it("drops nothing that is not already on the screens", () => {
    fc.assert(
      fc.property(anyText, anyText, fc.boolean(), (stored, fresh, ended) => {
        const join = joinContinuation(stored, fresh, ended);
        if (join.state !== "append") return;
        const dropped = fresh.slice(0, join.skip);
        expect(stored.endsWith(dropped) || stored.startsWith(dropped)).toBe(true);
      }),
    );
  });

  it("never splits a surrogate pair", () => {
    fc.assert(
      fc.property(anyText, part, anyText, pieces, (stored, where, more, sizes) => {
        const fresh = stored.slice(splitAt(stored, where)) + more;
        expect(rejoin(stored, fresh, sizes)?.isWellFormed() ?? true).toBe(true);
      }),
    );
  });

  it("keeps a decision however the text goes on, so that the size of its pieces does not matter", () => {
    fc.assert(
      fc.property(anyText, part, anyText, pieces, (stored, where, more, sizes) => {
        const fresh = stored.slice(splitAt(stored, where)) + more;
        expect(rejoin(stored, fresh, sizes)).toBe(rejoin(stored, fresh, [1]));
      }),
    );
  });

  it("holds new text back only while it repeats the beginning, or for less than 400 units", () => {
    fc.assert(
      fc.property(anyText, anyText, (stored, fresh) => {
        if (joinContinuation(stored, fresh, false).state !== "undecided") return;
        expect(stored.startsWith(fresh) || fresh.length < MAX_OVERLAP).toBe(true);
      }),
    );
  });

  it("has decided when the continuation has ended", () => {
    fc.assert(
      fc.property(anyText, anyText, (stored, fresh) => {
        expect(joinContinuation(stored, fresh, true).state).not.toBe("undecided");
      }),
    );
  });
});

describe("a model that begins again", () => {
  const stored = "The heart pumps blood through the body. It has four";

  it("and says something else has diverged", () => {
    expect(rejoin(stored, "The heart pumps blood through the whole body.")).toBeNull();
    expect(rejoin("Yes, it", "Yes, of course")).toBeNull();
  });

  it("and only repeats much of what is stored adds nothing", () => {
    expect(rejoin(stored, "The heart pumps blood through the body.")).toBe(stored);
  });

  it("with the same few letters goes on", () => {
    expect(rejoin("```ts\nconst a = 1;\n", "```")).toBe("```ts\nconst a = 1;\n```");
    expect(rejoin("Two plus two", "Therefore four.")).toBe("Two plus twoTherefore four.");
  });
});

it("nothing stored, or nothing new, joins as it is", () => {
  expect(rejoin("", "Hello")).toBe("Hello");
  expect(rejoin("Hello", "")).toBe("Hello");
});

it("an overlap of one short word, or within a word, is taken for new text", () => {
  expect(rejoin("Say it to me", "me again")).toBe("Say it to meme again");
  expect(rejoin("a banana", "nana split")).toBe("a banananana split");
});

it("asks to go on with the stored text as the model's own last words", () => {
  const [shown, asked] = askToContinue("The heart");
  expect(shown).toEqual({ role: "assistant", content: "The heart" });
  expect(asked?.role).toBe("user");
});
