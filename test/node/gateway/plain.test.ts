// The interview's plain WebSocket, frame by frame: what the engine says on one side, and what the client reads on the other.
import { describe, expect, it } from "vitest";
import type { Pipe } from "../../../src/gateway/line.ts";
import type { Note } from "../../../src/gateway/notes.ts";
import { connectPacket, heardPlain, plainPipe } from "../../../src/gateway/plain.ts";

function dressed(before = 0) {
  const sent: unknown[] = [];
  const answered: string[] = [];
  let note: Note = {
    ...{ sid: "g0.x", kind: "main", opened: 0, pinged: 0, awaiting: false, sent: before },
    caller: { fallback: null, bears: true, recovers: false, address: "somewhere", plain: true },
  };
  const bare: Pipe = {
    get note() {
      return note;
    },
    keep(next) {
      note = next;
    },
    send: (data) => void sent.push(data),
    close: (code, reason) => void sent.push([code, reason]),
  };
  return { pipe: plainPipe(bare, (frame) => void answered.push(frame)), sent, answered };
}

describe("of what the server says, a plain client reads", () => {
  it.each([
    ["nothing of the handshake", '0{"sid":"g0.x"}', []],
    ["nothing of the connection", '40{"sid":"abc"}', []],
    [
      "an event's payload alone",
      '42["ai_message",{"type":"status","content":"…"}]',
      ['{"type":"status","content":"…"}'],
    ],
    [
      "a token as it is",
      '42["ai_token",{"message_id":2,"token":"a","offset":0}]',
      ['{"message_id":2,"token":"a","offset":0}'],
    ],
    [
      "an error in the interview's words",
      '42["error",{"message":"Session expired"}]',
      ['{"type":"error","content":"Session expired"}'],
    ],
    ["a refusal as the end", '44{"message":"Access denied","data":{"code":"forbidden"}}', [[1008, "Access denied"]]],
    [
      "a server that is away as a reason to come again",
      '44{"message":"Away.","data":{"code":"unavailable"}}',
      [[1013, "Away."]],
    ],
  ] as const)("%s", (_, frame, expected) => {
    const { pipe, sent } = dressed();
    pipe.send(frame);
    expect(sent).toEqual(expected);
  });

  it("the last complaint as the reason of the end, and none of an earlier one", () => {
    const { pipe, sent } = dressed();
    pipe.send('42["error",{"message":"Session expired"}]');
    pipe.close(1000, "");
    pipe.send('42["ai_message",{"type":"status","content":"…"}]');
    pipe.close(1000, "");
    expect(sent.filter(Array.isArray)).toEqual([
      [1008, "Session expired"],
      [1011, ""],
    ]);
  });

  it("no reason that a close frame has no room for", () => {
    const { pipe, sent } = dressed();
    pipe.send(`42["error",{"message":"${"é".repeat(62)}"}]`);
    pipe.close(1000, "");
    expect(sent.at(-1)).toEqual([1008, ""]);
  });

  it("too large a frame as such", () => {
    const { pipe, sent } = dressed();
    pipe.close(1009, "");
    expect(sent).toEqual([[1009, ""]]);
  });
});

it("a refusal ends the session behind it", async () => {
  const { pipe, answered } = dressed();
  pipe.send('44{"message":"Access denied","data":{"code":"forbidden"}}');
  await Promise.resolve();
  expect(answered).toEqual(["1"]);
});

it("a ping, which it cannot answer, is answered for it", async () => {
  const { pipe, sent, answered } = dressed();
  pipe.send("2");
  await Promise.resolve();
  expect([sent, answered]).toEqual([[], ["3"]]);
});

describe("a plain client, which cannot prove that it reads", () => {
  const event = (size: number) => `42["ai_message",{"type":"status","content":"${"x".repeat(size)}"}]`;

  it("is sent so much and no more: it is told to come again, and its session ends", async () => {
    const { pipe, sent, answered } = dressed();
    for (let n = 0; n < 15; n += 1) pipe.send(event(99_000));
    expect(sent).toHaveLength(15);
    pipe.send(event(99_000));
    await Promise.resolve();
    expect([sent[15], sent.length, answered]).toEqual([[1013, "Connect again to go on."], 16, ["1"]]);
  });

  it("has no more left after a sleep than before it", () => {
    const first = dressed();
    first.pipe.send(event(900_000));
    first.pipe.send("2");
    const woken = dressed(first.pipe.note.sent);
    woken.pipe.send(event(900_000));
    expect(woken.sent).toEqual([[1013, "Connect again to go on."]]);
  });
});

describe("what a plain client says", () => {
  it.each([
    ['{"message":"Hi"}', { message: "Hi" }],
    ['"Hi"', "Hi"],
    ["Hi", "Hi"],
    ["7", "7"],
    [' {"message":"Hi"} ', { message: "Hi" }],
    ['{"message":"H', {}],
    ["[1]", [1]],
  ])("as %s is the event's payload %j", (frame, payload) => {
    expect(heardPlain(frame)).toBe(`42${JSON.stringify(["ai_message", payload])}`);
  });

  it("at too great a length is left as it is, for the engine to refuse", () => {
    const long = `"${"x".repeat(1_000_000)}"`;
    expect(heardPlain(long)).toBe(long);
  });

  it("in bytes is nobody's words", () => expect(heardPlain(new Uint8Array([1]))).toBe('42["ai_message",{}]'));

  it("first is said by its address", () => expect(connectPacket({ session_id: "7" })).toBe('40{"session_id":"7"}'));
});
