// An event stream is the same events, however its bytes are cut.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SseReader } from "../../../src/models/sse-reader.ts";

const read = (...pieces: (string | Uint8Array)[]): string[] => {
  const reader = new SseReader();
  const bytes = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece));
  return [...bytes.flatMap((piece) => reader.take(piece)), ...reader.end()];
};

describe("an event stream", () => {
  it.each([
    ["lines that end in LF", "data: a\n\ndata: b\n\n", ["a", "b"]],
    ["lines that end in CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
    ["lines that end in CR", "data: a\r\rdata: b\r\r", ["a", "b"]],
    ["data without a space, and with two", "data:a\n\ndata:  b\n\n", ["a", " b"]],
    ["several lines of data", "data: a\ndata: b\ndata\n\n", ["a\nb\n"]],
    ["other fields and comments", ": alive\n\nevent: x\nid: 7\nretry: 9\ndata: a\n\n", ["a"]],
    ["an event without data", "event: x\n\ndata: a\n\n", ["a"]],
    ["a last event that no empty line closes", "data: a\n\ndata: b", ["a", "b"]],
    ["a byte order mark", "\uFEFFdata: a\n\n", ["a"]],
    ["nothing", "", []],
  ])("of %s is read", (_, text, events) => {
    expect(read(text)).toEqual(events);
  });

  it("is the same events wherever its bytes are cut, within a character and between CR and LF too", () => {
    const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));
    const events = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 6 });
    fc.assert(
      fc.property(events, fc.constantFrom("\n", "\r\n", "\r"), fc.array(fc.nat(300)), (all, end, cuts) => {
        const text = all.map((lines) => lines.map((one) => `data: ${one}${end}`).join("") + end).join("");
        const bytes = new TextEncoder().encode(text);
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
        expect(read(...pieces)).toEqual(all.map((lines) => lines.join("\n")));
      }),
    );
  });
});
