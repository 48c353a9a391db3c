// Sockets that were idle for longer than the runtime keeps an object in memory: they work as before, and end in time.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { until } from "../support/harness/until.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

/** The runtime lets an object with idle sockets go after ten seconds. */
const ASLEEP_MS = 15_000;
const TOKEN_S = 25;

describe.concurrent("a socket whose object has slept", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({ ACCESS_TOKEN_TTL_S: String(TOKEN_S) });
    stage.provider.script(() => ({ words: 10, intervalMs: 2 }));
  });
  afterAll(() => stage.close());

  it("sends, and the others see it with its answer, on the same connections", async () => {
    const [ada, bob] = [await stage.person("ada"), await stage.person("bob")];
    const conversation = await stage.conversation([ada, bob]);
    const writes = await stage.client(ada, conversation, "writes");
    const watches = await stage.client(bob, conversation, "watches");
    await sleep(ASLEEP_MS);
    writes.send("late", "Are you still there?");
    const turn = await stage.lastTurn(ada, conversation);
    expect(turn.state).toBe("finished");
    await until(() => watches.seq === writes.seq && writes.openTurns.size === 0, "both are up to date");
    expect([writes.connections.length, watches.connections.length]).toEqual([1, 1]);
  });

  it("is closed with 4401 within 5 s of the end of its token", async () => {
    const eve = await stage.person("eve");
    const ends = Date.now() + TOKEN_S * 1_000;
    const conversation = await stage.conversation([eve]);
    const address = `${stage.server.url.replace("http", "ws")}/parties/conversation/${conversation}?token=${eve.token}`;
    const socket = new WebSocket(address);
    const frames: { at: number; type: unknown }[] = [];
    const codes: number[] = [];
    socket.on("message", (data) => frames.push({ at: Date.now(), type: JSON.parse(String(data)).type }));
    socket.on("close", (code) => codes.push(code));
    // The runtime closes the connection some seconds after its last frame.
    await until(() => codes.length > 0, "the socket is closed", (TOKEN_S + 25) * 1_000);
    expect(codes).toEqual([4401]);
    expect(frames.map(({ type }) => type)).toContain("auth.expiring");
    const bye = frames.at(-1);
    expect(bye?.type).toBe("bye");
    expect(Math.abs((bye?.at ?? 0) - ends)).toBeLessThan(5_000);
  });

  it("needed no fault of ours", () => expect(faultLines(stage.server.log)).toEqual([]));
});
