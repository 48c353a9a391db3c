// Viewers that vanish, do not read, flood, or send what no client should: they are dealt with, the others notice nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { fakeText } from "../support/fake-provider.ts";
import { type Person, readMessages } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

let stage: Stage;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  stage = await openStage();
  [ada, bob] = [await stage.person("ada"), await stage.person("bob")];
});
afterAll(() => stage.close());

/** A raw socket: what it got, and how it was closed. */
interface Raw {
  socket: WebSocket;
  frames: Record<string, unknown>[];
  closed: { code: number; reason: string } | null;
}

async function open({ token }: Person, conversation: number): Promise<Raw> {
  const address = `${stage.server.url.replace("http", "ws")}/parties/conversation/${conversation}?token=${token}`;
  const raw: Raw = { socket: new WebSocket(address), frames: [], closed: null };
  raw.socket.on("message", (data) => raw.frames.push(JSON.parse(String(data))));
  raw.socket.on("close", (code, reason) => {
    raw.closed = { code, reason: String(reason) };
  });
  raw.socket.on("error", () => {});
  await until(() => raw.frames.some(({ type }) => type === "snapshot"), "the socket is welcomed");
  raw.frames.length = 0;
  return raw;
}

/** The provider's answer to what Ada asked: among several, the prompt says who asks. */
const answerTo = (question: string, words: number): string => fakeText(`ada: ${question}`, words);

/** Types of what came, but for the presence that comes whenever it likes. */
const lastTypes = ({ frames }: Raw): unknown[] => frames.map(({ type }) => type).filter((type) => type !== "present");

it("a viewer that vanishes in the middle of an answer changes nothing for the others", async () => {
  const conversation = await stage.conversation([ada, bob], "slow");
  stage.provider.script(() => ({ words: 100, intervalMs: 10 }));
  const stays = await stage.client(ada, conversation, "stays");
  const leaves = await open(bob, conversation);
  stays.send("vanish", "Who is still there?");
  await until(() => leaves.frames.some(({ text }) => typeof text === "string"), "text arrives");
  leaves.socket.terminate();
  const turn = await stage.lastTurn(ada, conversation);
  expect(turn).toMatchObject({ state: "finished", attempt: 1 });
  await until(() => stays.openTurns.size === 0, "the end arrives");
  const text = stays.connections.flatMap(({ frames }) => frames).map(({ frame }) => (frame.type ? "" : frame.text));
  expect(text.join("")).toBe(answerTo("Who is still there?", 100));
});

it("a viewer that does not read is left behind and closed, and whole again when it comes back", async () => {
  const conversation = await stage.conversation([ada, bob], "flood");
  const words = 40_000;
  stage.provider.script(() => ({ words, intervalMs: 0.1 }));
  const reads = await stage.client(ada, conversation, "reads");
  const sleeps = await open(bob, conversation);
  sleeps.socket.pause();
  reads.send("flood", "Tell me everything.");
  const turn = await stage.lastTurn(ada, conversation, 60_000);
  await until(() => reads.openTurns.size === 0, "the one who reads has it all");
  expect(turn.state).toBe("finished");
  // It proves that it reads only after the 30 s that it had for it.
  await sleep(31_000);
  sleeps.socket.resume();
  await until(() => sleeps.closed !== null, "the sleeper is closed");
  expect(sleeps.closed?.code).toBe(4408);
  expect(lastTypes(sleeps).at(-1)).toBe("bye");
  expect(sleeps.frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0)).toBeLessThan(400_000);
  const back = await stage.client(bob, conversation, "back");
  expect(back.seq).toBe(reads.seq);
  const [, answer] = await readMessages(stage.server.url, bob, conversation);
  expect(answer?.content).toBe(answerTo("Tell me everything.", words));
});

it("a viewer that floods is closed with 4429, and the others' commands go on", async () => {
  const conversation = await stage.conversation([ada, bob]);
  stage.provider.script(() => ({ words: 3 }));
  const calm = await stage.client(ada, conversation, "calm");
  const floods = await open(bob, conversation);
  for (let ref = 1; ref <= 100; ref++) floods.socket.send(JSON.stringify({ type: "history", ref, limit: 1 }));
  calm.send("calm", "Hello?");
  await until(() => floods.closed !== null, "the flood is closed");
  expect(floods.closed?.code).toBe(4429);
  expect(floods.frames.at(-1)).toMatchObject({ type: "bye", code: "rate_limited" });
  expect((await stage.lastTurn(ada, conversation)).state).toBe("finished");
});

/** What is sent → the error's code and field. */
const BAD_FRAMES: [what: string, frame: string | Buffer, error: object][] = [
  ["not JSON", "hello", { code: "invalid" }],
  ["bytes", Buffer.from([1, 2, 3]), { code: "invalid" }],
  ["an array", "[]", { code: "invalid" }],
  ["no type", "{}", { code: "invalid" }],
  ["an unknown type", '{"type":"message.explode","ref":1}', { code: "invalid" }],
  ["a missing field", '{"type":"message.send","ref":1,"client_id":"x"}', { code: "invalid", field: "content" }],
  [
    "a blank message",
    '{"type":"message.send","ref":1,"client_id":"x","content":"  "}',
    { code: "invalid", field: "content" },
  ],
  [
    "NUL in the text",
    '{"type":"message.send","ref":1,"client_id":"x","content":"a\\u0000b"}',
    { code: "invalid", field: "content" },
  ],
  [
    "half a surrogate pair",
    '{"type":"message.send","ref":1,"client_id":"x","content":"a\\ud800b"}',
    { code: "invalid", field: "content" },
  ],
  [
    "a long client_id",
    JSON.stringify({ type: "message.send", ref: 1, client_id: "x".repeat(65), content: "a" }),
    { code: "invalid", field: "client_id" },
  ],
  [
    "a message over 64 KiB",
    JSON.stringify({ type: "message.send", ref: 1, client_id: "x", content: "a".repeat(65_537) }),
    { code: "too_large", field: "content" },
  ],
  ["JSON 40 levels deep", `{"type":"history","ref":1,"x":${"[".repeat(40)}${"]".repeat(40)}}`, { code: "invalid" }],
  [
    "1,001 keys",
    JSON.stringify({ type: "history", ref: 1, x: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, 1])) }),
    { code: "invalid" },
  ],
  ["__proto__", '{"type":"history","ref":1,"__proto__":{}}', { code: "invalid" }],
  ["a turn that is not there", '{"type":"turn.cancel","ref":1,"turn_id":999}', { code: "not_found" }],
];

describe("a frame that no client should send", () => {
  it.each(BAD_FRAMES)(
    "%s gets one error that names what is wrong, and the socket stays open",
    async (_what, frame, error) => {
      const conversation = await stage.conversation([ada]);
      const raw = await open(ada, conversation);
      raw.socket.send(frame);
      raw.socket.send(JSON.stringify({ type: "history", ref: 7, limit: 1 }));
      await until(() => raw.frames.some(({ ref, ok }) => ref === 7 && ok === true), "the next command is answered");
      const errors = raw.frames.filter((one) => "error" in one);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({ error });
      expect(JSON.stringify(errors)).not.toMatch(/\.ts:|worker\.js|stack/);
      expect(await readMessages(stage.server.url, ada, conversation)).toEqual([]);
      raw.socket.close();
    },
  );
});

it("ten frames of no known shape within ten seconds close the socket with 4400", async () => {
  const raw = await open(ada, await stage.conversation([ada]));
  for (let i = 0; i < 10; i++) raw.socket.send("not JSON");
  await until(() => raw.closed !== null, "the socket is closed");
  expect(raw.closed?.code).toBe(4400);
  expect(lastTypes(raw)).toEqual([...Array(10).fill("error"), "bye"]);
});

it("a frame over 256 KB closes the socket with 4413", async () => {
  const raw = await open(ada, await stage.conversation([ada]));
  raw.socket.send(JSON.stringify({ type: "typing", on: true, x: "a".repeat(256 * 1024) }));
  await until(() => raw.closed !== null, "the socket is closed");
  expect(raw.closed?.code).toBe(4413);
});

it("none of it was a fault of ours", () => {
  expect(faultLines(stage.server.log)).toEqual([]);
});
