// vocabularies.md, "Common rules": what holds for every payload.
import { expect, it } from "vitest";
import * as z from "zod";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { admissible, readPayload, WireContent } from "../../../src/vocabularies/payload.ts";

it.each([{}, undefined, "Hi", { user_id: null }, { user_id: 7 }, { user_id: "7" }])(
  "%j speaks for oneself",
  (payload) => {
    expect(admissible(payload, 7)).toEqual({ ok: true, value: null });
  },
);

it.each([{ user_id: 8 }, { user_id: "8" }, { user_id: "" }, { user_id: "07" }, { user_id: [7, 8] }, { user_id: {} }])(
  "%j speaks for somebody else, which nobody may",
  (payload) => {
    const error = { code: "forbidden", message: "user_id is not yours", field: "user_id" };
    expect(admissible(payload, 7)).toEqual({ ok: false, error });
  },
);

const nested = (levels: number): object => (levels === 1 ? {} : { deeper: nested(levels - 1) });

it.each([
  ["deeper than a native frame may be", nested(33), "JSON may be at most 32 levels deep."],
  ["with too many keys", Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, i])), "at most 1000 keys"],
  ["with a key that every object has", JSON.parse('{"metadata":{"__proto__":{}}}'), "named __proto__"],
  ["of bytes", { message: Buffer.from("Hi") }, "Binary data has no place here."],
])("what is %s is refused at every event", (_, payload, message) => {
  const error = { code: "invalid", message: expect.stringContaining(message) };
  expect(admissible(payload, 7)).toEqual({ ok: false, error });
});

it("is taken up to the bounds", () => expect(admissible(nested(32), 7).ok).toBe(true));

it.each([
  ["of many keys", { result: Array.from({ length: 250 }, (_, id) => ({ id, name: "n", price: 1 })) }],
  ["of many levels", { result: nested(70) }],
  ["of bytes", { error: Buffer.from("Hi") }],
])("what a tool returned is none of its bounds' concern, were it %s: its call would wait for ever", (_, payload) => {
  expect(admissible({ call_id: "c1", ...payload }, 7).ok).toBe(true);
});

it.each([
  ["x".repeat(LIMITS.messageBytes + 1), "too_large", "message may be at most 65536 bytes long"],
  ["a\0b", "invalid", "message may not contain the character NUL"],
  ["half \ud83d", "invalid", "message contains half of a surrogate pair"],
  ["\u200b", "invalid", "message is required"],
  [7, "invalid", "message is not valid"],
])("the words say what is wrong with a text (%#)", (message, code, words) => {
  const read = readPayload(z.object({ message: WireContent }), { message });
  expect(read).toEqual({ ok: false, error: { code, message: words, field: "message" } });
});
