// Engine.IO sessions under a clock of the test's: heartbeats, time-outs, farewells, and clients that do not read.
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { Engine } from "../../../src/gateway/engine.ts";
import type { Data } from "../../../src/gateway/engine-packet.ts";
import { GATEWAY } from "../../../src/gateway/limits.ts";
import type { Pipe } from "../../../src/gateway/line.ts";
import type { Note } from "../../../src/gateway/notes.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const CALLER = { fallback: null, bears: false, recovers: true, address: "somewhere", plain: false };
const { pingIntervalMs, pingTimeoutMs } = GATEWAY;

class TestPipe implements Pipe {
  sent: Data[] = [];
  closed: number | null = null;
  constructor(public note: Note) {}
  keep(note: Note) {
    this.note = note;
  }
  send(data: Data) {
    this.sent.push(data);
  }
  close(code: number) {
    this.closed ??= code;
  }
}

let clock: ManualClock;
let engine: Engine;
let silent: boolean;
let ended: string[];
let messages: Data[];

beforeEach(() => {
  clock = new ManualClock();
  silent = false;
  [ended, messages] = [[], []];
  engine = new Engine(clock, "g0", {
    message: (_sid, data) => messages.push(data),
    closed: (_sid, reason) => ended.push(reason),
    silent: () => silent,
    beats: () => {},
    passed: () => {},
  });
});

function websocket(): TestPipe {
  const pipe = new TestPipe(engine.newNote(CALLER));
  engine.opened(pipe);
  pipe.sent = [];
  return pipe;
}

async function polling(): Promise<string> {
  const text = await engine.openPolling(CALLER).text();
  return z.object({ sid: z.string() }).parse(JSON.parse(text.slice(1))).sid;
}

const poll = async (sid: string, signal = new AbortController().signal) => {
  const answer = await engine.poll(sid, signal);
  return answer.ok ? answer.text() : answer.status;
};
const post = async (sid: string, body: string | null) => (await engine.post(sid, async () => body)).status;

describe("a WebSocket", () => {
  it("is pinged every 25 s for as long as it answers", () => {
    const pipe = websocket();
    for (let i = 0; i < 3; i++) {
      expect(engine.pingDue).toBe(clock.now() + pingIntervalMs);
      clock.advance(pingIntervalMs);
      engine.tick();
      engine.frame(pipe, "3");
    }
    expect([pipe.sent, ended]).toEqual([["2", "2", "2"], []]);
  });

  it("that answers no ping is closed at the next one", () => {
    const pipe = websocket();
    clock.advance(pingIntervalMs);
    engine.tick();
    clock.advance(pingIntervalMs);
    engine.tick();
    expect([ended, pipe.closed, engine.pingDue]).toEqual([["ping timeout"], 1000, null]);
  });

  it("is due for the same ping after a sleep of its shard", () => {
    const pipe = websocket();
    clock.advance(10_000);
    const due = engine.pingDue;
    const woken = new Engine(clock, "g0", { message() {}, closed() {}, silent: () => false, beats() {}, passed() {} });
    woken.adopt(pipe);
    expect(woken.pingDue).toBe(due);
  });

  it("on which nobody connects is closed", () => {
    silent = true;
    websocket();
    for (let i = 0; i < 2; i++) {
      clock.advance(pingIntervalMs);
      engine.tick();
    }
    expect(ended).toEqual([expect.stringMatching(/timeout/)]);
  });

  it("has all of a burst that it reads in time, with a ping in between as proof", () => {
    const pipe = websocket();
    const burst = "x".repeat(GATEWAY.unread / 3);
    for (let i = 0; i < 10; i++) {
      engine.send(pipe.note.sid, [burst]);
      engine.frame(pipe, "3");
    }
    expect([pipe.sent.filter((frame) => frame === "2").length, ended]).toEqual([10, []]);
  });

  it("that does not read is closed before what it has unread fills the memory", () => {
    const pipe = websocket();
    const reads = websocket();
    for (let i = 0; i < 100; i++) engine.send(pipe.note.sid, ["x".repeat(100_000)]);
    const bytes = pipe.sent.reduce((sum, frame) => sum + frame.length, 0);
    expect(bytes).toBeLessThanOrEqual(GATEWAY.unread + 110_000);
    expect([ended, pipe.closed, reads.closed]).toEqual([["not reading"], 1000, null]);
  });

  it("proves no reading by speaking", () => {
    const pipe = websocket();
    for (let i = 0; i < 100; i++) {
      engine.send(pipe.note.sid, ["x".repeat(100_000)]);
      engine.frame(pipe, "4hello");
    }
    expect(ended).toEqual(["not reading"]);
  });

  it("is closed with 1009 by a frame over the limit, in bytes", () => {
    const pipe = websocket();
    engine.frame(pipe, `4${"é".repeat(GATEWAY.maxPayload / 2)}`);
    expect([pipe.closed, messages]).toEqual([1009, []]);
  });
});

describe("a polling session", () => {
  it("is pinged by its waiting GET, and closed when it does not answer", async () => {
    const sid = await polling();
    const first = poll(sid);
    clock.advance(pingIntervalMs);
    expect(await first).toBe("2");
    expect(await post(sid, "3")).toBe(200);
    const second = poll(sid);
    clock.advance(pingIntervalMs);
    expect(await second).toBe("2");
    clock.advance(pingTimeoutMs);
    expect([ended, await poll(sid)]).toEqual([["ping timeout"], 400]);
  });

  it("whose client has vanished is forgotten, with or without a GET that waits", async () => {
    const [left, torn] = [await polling(), await polling()];
    const controller = new AbortController();
    const waiting = poll(torn, controller.signal);
    controller.abort();
    await waiting;
    expect([ended, await poll(torn)]).toEqual([["transport close"], 400]);
    clock.advance(pingIntervalMs + pingTimeoutMs);
    expect([ended, await poll(left)]).toEqual([["transport close", "ping timeout"], 400]);
  });

  it("on which nobody connects is closed", async () => {
    silent = true;
    await polling();
    clock.advance(GATEWAY.connectMs);
    expect(ended).toHaveLength(1);
  });

  it("that the server ends is told at its next GET, once, with what it has not fetched", async () => {
    const sid = await polling();
    engine.send(sid, ["last words"]);
    engine.close(sid, "forced close");
    expect([await poll(sid), await poll(sid)]).toEqual(["4last words\x1e1", 400]);
  });

  it("is told so for 30 s", async () => {
    const sid = await polling();
    engine.close(sid, "forced close");
    clock.advance(GATEWAY.farewellMs);
    expect(await poll(sid)).toBe(400);
  });

  it("that fetches nothing is closed at 1 MiB: its next GET has what came before, and nothing comes after", async () => {
    const sid = await polling();
    const [first, second, third] = ["a", "b", "c"].map((text) => text.repeat(600_000));
    engine.send(sid, [first ?? "", second ?? "", third ?? ""]);
    engine.send(sid, ["later"]);
    expect([ended, await poll(sid)]).toEqual([["not fetched"], `4${first}\x1e4${second}\x1e1`]);
    expect(await poll(sid)).toBe(400);
  });

  it("is ended by a second POST beside one under way, however slow that is", async () => {
    const sid = await polling();
    const never = () => new Promise<string>(() => {});
    void engine.post(sid, never);
    void engine.post(sid, never);
    expect([ended, await poll(sid)]).toEqual([["overlapping posts"], 400]);
  });

  it("is ended by a body that is too large or no packet, and answers nothing after that", async () => {
    const [large, wrong] = [await polling(), await polling()];
    expect([await post(large, null), await poll(large)]).toEqual([413, 400]);
    expect([await post(wrong, "abc"), await poll(wrong)]).toEqual([400, 400]);
    expect(ended).toEqual(["too large", "parse error"]);
  });
});

describe("a probe", () => {
  const probe = (sid: string): TestPipe => {
    const note = engine.probeNote(sid);
    if (!note) throw new Error("No probe is let in.");
    const pipe = new TestPipe(note);
    engine.probing(pipe);
    return pipe;
  };

  it("that does not go through leaves the session as it was", async () => {
    const sid = await polling();
    const pipe = probe(sid);
    engine.frame(pipe, "2probe");
    clock.advance(GATEWAY.probeMs);
    expect(pipe.closed).toBe(1000);
    engine.send(sid, ["still here"]);
    expect([pipe.sent, await poll(sid)]).toEqual([["3probe"], "4still here"]);
  });

  it("that says anything else is closed, and the session goes on", async () => {
    const sid = await polling();
    const pipe = probe(sid);
    engine.frame(pipe, "4hello");
    expect([pipe.closed, messages]).toEqual([1000, []]);
    expect(await post(sid, "4hello")).toBe(200);
  });

  it("takes over what was not fetched, in order", async () => {
    const sid = await polling();
    const pipe = probe(sid);
    engine.frame(pipe, "2probe");
    engine.send(sid, ["one", new Uint8Array([2]), "three"]);
    engine.frame(pipe, "5");
    engine.send(sid, ["four"]);
    expect(pipe.sent).toEqual(["3probe", "4one", new Uint8Array([2]), "4three", "4four"]);
    expect(await poll(sid)).toBe(400);
  });
});
