// Bad input gets one error, stores nothing, and ends the socket only when it does not stop (reliability.md §4).
import { describe, expect, it } from "vitest";
import { conversation, rowsOf } from "./conversation.ts";
import { person } from "./people.ts";
import { open, type TestSocket } from "./socket.ts";

async function opened(): Promise<{ id: number; socket: TestSocket }> {
  const ada = await person();
  const id = await conversation(ada);
  return { id, socket: await open(id, ada.token) };
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const send = (fields: object) =>
  JSON.stringify({ type: "message.send", ref: 7, client_id: "k", content: "Hi", ...fields });

const BAD: [what: string, frame: string | ArrayBuffer, error: object, ref: number | null][] = [
  ["that is no JSON", "{", { code: "invalid" }, null],
  ["that is empty", "", { code: "invalid" }, null],
  ["of bytes", new Uint8Array([123, 125]).buffer, { code: "invalid", message: "Send text, not bytes." }, null],
  ["that is a number", "7", { code: "invalid" }, null],
  ["that is null", "null", { code: "invalid" }, null],
  ["that is a list", "[]", { code: "invalid" }, null],
  ["without a type", '{"ref":7}', { code: "invalid", field: "type" }, null],
  ["of an unknown type", '{"type":"message.burn","ref":7}', { code: "invalid", field: "type" }, 7],
  ["whose type is an inherited name", '{"type":"constructor","ref":7}', { code: "invalid", field: "type" }, 7],
  ["without a ref", JSON.stringify({ type: "turn.cancel", turn_id: 1 }), { code: "invalid", field: "ref" }, null],
  ["whose ref is negative", send({ ref: -1 }), { code: "invalid", field: "ref" }, null],
  ["whose ref is a text", send({ ref: "7" }), { code: "invalid", field: "ref" }, null],
  ["without a needed field", '{"type":"turn.cancel","ref":7}', { code: "invalid", field: "turn_id" }, 7],
  [
    "with an id that is a text",
    '{"type":"turn.cancel","ref":7,"turn_id":"1"}',
    { code: "invalid", field: "turn_id" },
    7,
  ],
  ["with an id of 0", '{"type":"turn.cancel","ref":7,"turn_id":0}', { code: "invalid", field: "turn_id" }, 7],
  [
    "with an id beyond whole numbers",
    '{"type":"turn.cancel","ref":7,"turn_id":1e300}',
    { code: "invalid", field: "turn_id" },
    7,
  ],
  ["with a page of 201", '{"type":"history","ref":7,"limit":201}', { code: "invalid", field: "limit" }, 7],
  [
    "with a role that is none",
    '{"type":"member.add","ref":7,"user_id":1,"role":"god"}',
    { code: "invalid", field: "role" },
    7,
  ],
  ["33 levels deep", nested(33), { code: "invalid", message: "JSON may be at most 32 levels deep." }, null],
  [
    "with 1,001 keys",
    JSON.stringify(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, 1]))),
    { code: "invalid", message: "JSON may have at most 1000 keys and items." },
    null,
  ],
  [
    "with __proto__",
    '{"type":"typing","on":true,"__proto__":{"a":1}}',
    { code: "invalid", message: "A key may not be named __proto__." },
    null,
  ],
  ["with half of a surrogate pair", send({ content: "Hi \ud83d" }), { code: "invalid", field: "content" }, 7],
  ["with the character NUL", send({ content: "Hi \0" }), { code: "invalid", field: "content" }, 7],
  ["that signals nonsense", '{"type":"typing","on":"yes"}', { code: "invalid", field: "on" }, null],
  ["that reads message 0", '{"type":"read","message_id":0}', { code: "invalid", field: "message_id" }, null],
];

describe("a frame", () => {
  it.each(BAD)("%s gets one error, stores nothing, and the socket stays open", async (_, frame, error, ref) => {
    const { id, socket } = await opened();
    socket.send(frame);
    const answer = await socket.until(({ type }) => type === "error" || type === "reply");
    expect(answer).toMatchObject(ref === null ? { type: "error", error } : { type: "reply", ref, ok: false, error });
    expect(await socket.say("Well", { answer: false })).toMatchObject({ ok: true, message_id: 1, seq: 3 });
    expect(socket.types.filter((type) => type === "error" || type === "reply")).toHaveLength(2);
    expect(await rowsOf(id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 1 }]);
  });

  it("of exactly `ping` is answered by the platform", async () => {
    const { socket } = await opened();
    socket.send("ping");
    expect((await socket.say("Still here", { answer: false })).ok).toBe(true);
    expect(socket.types).not.toContain("error");
  });

  it("with fields nobody knows is read without them", async () => {
    const { id, socket } = await opened();
    socket.send(send({ answer: false, user_id: 999, author: { user_id: 999, name: "Eve" }, role: "system", id: 50 }));
    const { message } = await socket.event("message.created");
    expect(message).toMatchObject({ id: 1, role: "user" });
    expect(message.author?.name).not.toBe("Eve");
    expect(await rowsOf(id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 1 }]);
  });

  it("is read with a tool's result of any shape: its call would wait for ever", async () => {
    const { socket } = await opened();
    const rows = Array.from({ length: 1_001 }, (_, id) => ({ id }));
    for (const outcome of [{}, { result: rows }, { result: JSON.parse(nested(70)) }, { error: "No \0, but \ud83d" }]) {
      socket.send({ type: "tool.result", ref: 7, call_id: "c1", ...outcome });
      const answer = await socket.until(({ type }) => type === "error" || type === "reply");
      expect(answer).toMatchObject({ ref: 7, error: { code: "not_found", message: "There is no such call." } });
      socket.frames.length = 0;
    }
  });

  it("over 256 KB closes the socket with 4413", async () => {
    const { id, socket } = await opened();
    socket.send(send({ padding: "é".repeat(131_072) }));
    expect(await socket.end()).toEqual({ code: 4413, reason: "too_large" });
    expect(await rowsOf(id, "SELECT 1 FROM message")).toEqual([]);
  });
});

describe("a socket", () => {
  it("is closed with 4400 at the tenth bad frame within ten seconds", async () => {
    const { socket } = await opened();
    for (let i = 0; i < 9; i += 1) socket.send("{");
    expect((await socket.say("Still here", { answer: false })).ok).toBe(true);
    socket.send(new Uint8Array([1]).buffer);
    expect(await socket.end()).toEqual({ code: 4400, reason: "invalid" });
    expect(socket.types.filter((type) => type === "error")).toHaveLength(10);
    expect(socket.frames.at(-1)).toMatchObject({ type: "bye", code: "invalid" });
  });

  it("is not closed for texts that a person may well send", async () => {
    const { socket } = await opened();
    for (let i = 0; i < 12; i += 1)
      expect(await socket.say(" ")).toMatchObject({ error: { code: "invalid", field: "content" } });
    expect((await socket.say("x", { answer: false })).ok).toBe(true);
  });

  it("that floods is told to wait and closed with 4429, and nothing after that is carried out", async () => {
    const { id, socket } = await opened();
    for (let i = 0; i < 200; i += 1)
      socket.send({ type: "message.send", ref: i, client_id: `k${i}`, content: "Hi", answer: false });
    expect(await socket.end()).toEqual({ code: 4429, reason: "rate_limited" });
    const bye = socket.frames.at(-1);
    expect(bye).toMatchObject({ type: "bye", code: "rate_limited", retry_after_ms: expect.any(Number) });
    const replies = socket.frames.filter((frame) => frame.type === "reply");
    expect(replies.at(-1)).toMatchObject({
      ok: false,
      error: { code: "rate_limited", retry_after_ms: expect.any(Number) },
    });
    const acknowledged = replies.filter((frame) => frame.type === "reply" && frame.ok).length;
    expect(await rowsOf(id, "SELECT count(*) AS n FROM message")).toEqual([{ n: acknowledged }]);
  });
});
