// Engine.IO 4 packets: the examples of its protocol document, and what must not pass for a packet.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBody, decodeFrame, encodeBody, encodeFrame } from "../../../src/gateway/engine-packet.ts";

const bytes = new Uint8Array([1, 2, 3, 4]);

describe("a packet", () => {
  it.each([
    [{ type: "message", data: "hello" }, "4hello"],
    [{ type: "ping", data: "probe" }, "2probe"],
    [{ type: "noop", data: "" }, "6"],
    [{ type: "message", data: bytes }, bytes],
  ] as const)("%j is %s as a frame", (packet, frame) => {
    expect(encodeFrame(packet)).toEqual(frame);
    expect(decodeFrame(frame)).toEqual(packet);
  });

  it.each(["", "7", "x", "hello"])("is not %j", (frame) => expect(decodeFrame(frame)).toBeNull());
});

describe("a polling body", () => {
  it("has its packets parted by U+001E, binary as base64", () => {
    const packets = [
      { type: "message", data: "hello" },
      { type: "message", data: bytes },
      { type: "pong", data: "" },
    ] as const;
    expect(encodeBody(packets)).toBe("4hello\x1ebAQIDBA==\x1e3");
    expect(decodeBody("4hello\x1ebAQIDBA==\x1e3")).toEqual(packets);
  });

  it.each(["", "abc", "4a\x1e", "b???", "4a\x1e7"])("is not %j", (body) => expect(decodeBody(body)).toBeNull());

  it("says what was put into it, whatever that is", () => {
    const packet = fc.oneof(
      fc.string({ unit: "grapheme" }).filter((data) => !data.includes("\x1e")),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1 }), (all) => {
        const packets = all.map((data) =>
          typeof data === "string" ? ({ type: "message", data } as const) : ({ type: "message", data } as const),
        );
        expect(decodeBody(encodeBody(packets))).toEqual(packets);
      }),
    );
  });
});
