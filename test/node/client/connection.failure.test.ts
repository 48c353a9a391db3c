// Every way in which a connection ends, and how the client comes back from it, or does not.
import { describe, expect, it } from "vitest";
import { CLOSE } from "../../../src/protocol/errors.ts";
import { FakeServer } from "./fake-server.ts";
import { onFakeTime, open, pass } from "./open.ts";

onFakeTime();

async function live(options: Parameters<typeof open>[1] = {}) {
  const server = new FakeServer();
  const client = open(server, options);
  await pass(10);
  return { server, client };
}

const query = (server: FakeServer) => Object.fromEntries(server.end.url.searchParams);

describe("coming back", () => {
  it("asks for what it lacks by epoch, seq, turn and offset", async () => {
    const { server, client } = await live();
    server.post("question");
    server.start();
    server.text("half an ");
    await pass(10);
    server.end.cut();
    server.text("answer");
    await pass(1);
    expect(client.state.status).toEqual({ state: "reconnecting", attempt: 1 });
    await pass(1_000);
    expect(query(server)).toMatchObject({ ticket: "ticket", epoch: "e1", since: "2", turn: "1", offset: "8" });
    expect(client.state.turns.get(1)?.text).toBe("half an answer");
    expect(client.state.status).toEqual({ state: "live" });
  });

  it("does so at a gap in the order of events", async () => {
    const { server, client } = await live();
    server.swallow = 1;
    server.post("lost on the way");
    server.post("arrives");
    await pass(1_000);
    expect(server.ends).toHaveLength(2);
    expect(query(server)).toMatchObject({ since: "0" });
    expect(client.state.messages).toEqual(server.messages);
  });

  it("does so at a gap in the text, and when the length of an answer does not fit", async () => {
    const { server, client } = await live();
    server.start();
    server.swallow = 1;
    server.text("lost");
    server.text(" and found");
    await pass(1_000);
    expect(client.state.turns.get(1)?.text).toBe("lost and found");
    server.swallow = 1;
    server.text(" again");
    server.finish();
    await pass(1_000);
    expect(client.state.messages.at(-1)?.content).toBe("lost and found again");
    expect(server.ends).toHaveLength(3);
  });

  it("asks for everything when the same place cannot be continued twice", async () => {
    const { server, client } = await live();
    server.post("one");
    await pass(10);
    for (const _ of [1, 2]) {
      server.broadcast({ type: "conversation.erased", seq: 99, at: "2026-11-21T12:00:00.000Z" });
      await pass(1_000);
    }
    expect(query(server)).not.toHaveProperty("since");
    expect(client.state.messages).toEqual(server.messages);
    expect(client.state.status).toEqual({ state: "live" });
  });

  it("waits longer each time up to five seconds, and starts anew after a good connection", async () => {
    const server = new FakeServer();
    server.refuseUpgrade = true;
    let tickets = 0;
    const environment = { now: Date.now, random: () => 0.999_999, newId: () => "id", after };
    const client = open(server, { environment, ticket: async () => `t${++tickets}` });
    await pass(60_000);
    expect(tickets).toBeGreaterThan(12);
    expect(tickets).toBeLessThan(20);
    server.refuseUpgrade = false;
    await pass(10_000);
    server.end.cut();
    await pass(1);
    expect(client.state.status).toEqual({ state: "reconnecting", attempt: 1 });
    await pass(510);
    expect(client.state.status).toEqual({ state: "live" });
  });

  it("waits as long as the server asks in its bye", async () => {
    const { server, client } = await live();
    server.broadcast({ type: "bye", code: "restart", message: "Back soon.", retry_after_ms: 4_000 });
    server.end.close(CLOSE.restart);
    await pass(4_200);
    expect(server.ends).toHaveLength(1);
    await pass(100);
    expect(client.state.status).toEqual({ state: "live" });
    expect(server.ends).toHaveLength(2);
  });

  it("comes back when nothing arrived for a minute", async () => {
    const { server, client } = await live();
    server.end.freeze();
    await pass(59_000);
    expect(server.ends).toHaveLength(1);
    await pass(2_000);
    expect(server.ends).toHaveLength(2);
    expect(client.state.status).toEqual({ state: "live" });
  });

  it("stays on an idle connection whose pings are answered", async () => {
    const { server, client } = await live();
    await pass(600_000);
    expect(server.ends).toHaveLength(1);
    expect(client.ignored).toBe(0);
  });

  it("on waking has the socket prove itself, or connects without waiting any longer", async () => {
    const { server, client } = await live();
    client.wake();
    await pass(6_000);
    expect(server.ends).toHaveLength(1);
    server.end.freeze();
    client.wake();
    await pass(6_000);
    expect(server.ends).toHaveLength(2);
    server.end.cut();
    client.wake();
    await pass(10);
    expect(client.state.status).toEqual({ state: "live" });
  });

  it("is not stopped by a ticket that comes late or not at all", async () => {
    let tickets = 0;
    const slow = () => (++tickets === 1 ? new Promise<string>(() => {}) : Promise.reject(new Error("503")));
    const { server, client } = await live({ ticket: () => (tickets < 3 ? slow() : Promise.resolve("at last")) });
    await pass(60_000);
    expect(client.state.status).toEqual({ state: "live" });
    expect(query(server)).toMatchObject({ ticket: "at last" });
  });
});

describe("the end", () => {
  it.each([
    [CLOSE.malformed, "invalid"],
    [CLOSE.removed, "forbidden"],
    [CLOSE.erased, "gone"],
    [CLOSE.connections, "rate_limited"],
    [CLOSE.too_large, "too_large"],
  ])("close %i is final, with the server's words as the reason", async (code, word) => {
    const { server, client } = await live();
    server.intercept = () => "silent";
    const pending = client.send("never stored").catch((error) => error);
    await pass(10);
    server.broadcast({ type: "bye", code: "whatever", message: "So it is." });
    server.end.close(code);
    await pass(60_000);
    const reason = { code: word, message: "So it is." };
    expect(client.state.status).toEqual({ state: "ended", code, reason });
    expect(client.state.pending).toMatchObject([{ error: reason }]);
    expect(await pending).toMatchObject({ error: reason });
    expect(server.ends).toHaveLength(1);
  });

  it("a session that ended gets one more try with a new ticket", async () => {
    const { server, client } = await live();
    server.end.close(CLOSE.unauthorized);
    await pass(260);
    expect(server.ends).toHaveLength(2);
    server.end.close(CLOSE.unauthorized);
    await pass(60_000);
    expect(server.ends).toHaveLength(2);
    expect(client.state.status).toMatchObject({ state: "ended", code: 4401, reason: { code: "unauthorized" } });
  });

  it.each([
    [401, CLOSE.unauthorized],
    [403, CLOSE.removed],
    [404, CLOSE.erased],
  ])("a ticket refused with %i is final", async (status, code) => {
    let tickets = 0;
    const refused = Object.assign(new Error("no"), { status, body: { code: "not_found", message: "No such thing." } });
    const ticket = () => (++tickets === 1 ? Promise.resolve("first") : Promise.reject(refused));
    const { server, client } = await live({ ticket });
    server.end.cut();
    await pass(60_000);
    expect(client.state.status).toEqual({ state: "ended", code, reason: refused.body });
    expect(tickets).toBe(2);
  });

  it("after close nothing is sent and nobody connects again", async () => {
    const { server, client } = await live();
    client.close();
    client.wake();
    client.typing(true);
    await pass(60_000);
    expect(client.state.status).toEqual({ state: "ended", code: 1000, reason: null });
    expect(server.ends).toHaveLength(1);
    expect(server.received).toEqual([]);
  });
});

function after(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}
