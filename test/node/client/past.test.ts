// Going back in a conversation to one message, as a search hit or a link asks for it.
import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { onFakeTime, open, pass } from "./open.ts";

onFakeTime();

function serving(messages: number) {
  const server = new FakeServer();
  for (let n = 1; n <= messages; n++) server.post(`message ${n}`);
  return { server, client: open(server) };
}

const asked = (server: FakeServer) => server.received.filter((frame) => frame.type === "history").length;

describe("loading back to a message", () => {
  it("may be asked for before the conversation is open, and leaves no hole up to the newest", async () => {
    const { server, client } = serving(700);
    const found = client.loadUntil(100);
    await pass(100);
    expect(await found).toBe(true);
    expect(client.state.messages).toEqual(server.messages.slice(-client.state.messages.length));
    expect(client.state.messages[0]?.id).toBeLessThanOrEqual(100);
    expect(asked(server)).toBe(3);
  });

  it("asks nothing when the message is there, and shares requests with whoever loads older ones", async () => {
    const { server, client } = serving(300);
    await pass(10);
    expect(await client.loadUntil(300)).toBe(true);
    expect(asked(server)).toBe(0);
    const both = [client.loadOlder(), client.loadUntil(40), client.loadUntil(60)];
    await pass(100);
    await Promise.all(both);
    expect(client.state.messages).toEqual(server.messages);
    expect(asked(server)).toBe(2);
  });

  it("says so when there is no message of that number", async () => {
    const { server, client } = serving(120);
    server.messages = server.messages.filter(({ id }) => id !== 30);
    const found = [client.loadUntil(30), client.loadUntil(999)];
    await pass(100);
    expect(await Promise.all(found)).toEqual([false, false]);
  });

  it("goes on after the connection was lost in the middle", async () => {
    const { server, client } = serving(500);
    server.intercept = (command, end) => {
      if (command.type !== "history") return undefined;
      end.cut();
      server.intercept = () => undefined;
      return "silent";
    };
    const found = client.loadUntil(5);
    await pass(2_000);
    expect(await found).toBe(true);
    expect(client.state.messages).toEqual(server.messages);
  });

  it("waits as long as the server asks it to", async () => {
    const { server, client } = serving(100);
    server.intercept = () => ({ ok: false, error: { code: "rate_limited", message: "Slower.", retry_after_ms: 500 } });
    const found = client.loadUntil(5);
    await pass(400);
    expect(asked(server)).toBe(1);
    server.intercept = () => undefined;
    await pass(600);
    expect(await found).toBe(true);
  });

  it("rejects when the server cannot read that far, and when the conversation ends", async () => {
    const { server, client } = serving(100);
    server.intercept = () => ({ ok: false, error: { code: "unavailable", message: "Not now." } });
    const away = expect(client.loadUntil(5)).rejects.toMatchObject({ error: { message: "Not now." } });
    await pass(100);
    await away;
    server.intercept = () => "silent";
    const closed = expect(client.loadUntil(5)).rejects.toMatchObject({ error: { code: "unavailable" } });
    await pass(100);
    client.close();
    await pass(100);
    await closed;
  });

  it("stays below the rate at which a server closes sockets, however far it goes", async () => {
    const { server, client } = serving(20_000);
    const at: number[] = [];
    server.intercept = (command) => {
      if (command.type === "history") at.push(Date.now());
      return undefined;
    };
    const found = client.loadUntil(1);
    await pass(20_000);
    expect(await found).toBe(true);
    expect(client.state.messages).toHaveLength(20_000);
    // A bucket of 40, refilled by 20 a second: half of each.
    const most = at.map((start, i) => at.slice(i).filter((time) => time < start + 1_000).length);
    expect(Math.max(...most)).toBeLessThanOrEqual(20 + 10);
  });
});
