// Going back in a conversation to one message, as a search hit or a link asks for it, and on from there.
import { describe, expect, it } from "vitest";
import type { ConversationHandle } from "../../../src/client/types.ts";
import { FakeServer } from "./fake-server.ts";
import { onFakeTime, open, pass } from "./open.ts";

onFakeTime();

function serving(messages: number) {
  const server = new FakeServer();
  for (let n = 1; n <= messages; n++) server.post(`message ${n}`);
  return { server, client: open(server) };
}

const asked = (server: FakeServer) => server.received.filter((frame) => frame.type === "history").length;

/** What is loaded, as stretches without a hole: the first and the last number of each. */
function stretches({ state }: ConversationHandle): [number, number][] {
  const found: [number, number][] = [];
  let open = false;
  for (const { id } of state.messages) {
    const last = found.at(-1);
    if (last && open) last[1] = id;
    else found.push([id, id]);
    open = !state.gaps.has(id);
  }
  return found;
}

describe("loading around a message", () => {
  it("may be asked for before the conversation is open, and loads what stands there, however far back", async () => {
    const { server, client } = serving(20_000);
    const found = client.loadAround(100);
    await pass(100);
    expect(await found).toBe(true);
    expect(stretches(client)).toEqual([
      [51, 150],
      [19_951, 20_000],
    ]);
    expect(client.state.messages.slice(0, 100)).toEqual(server.messages.slice(50, 150));
    expect(asked(server)).toBe(2);
  });

  it("shows what stands before it and after it at once: beside a gap it would be loaded on from both of its ends", async () => {
    const { client } = serving(300);
    await pass(100);
    const shown: [number, number][] = [];
    client.subscribe(() => shown.push(...stretches(client).slice(0, 1)));
    void client.loadAround(100);
    await pass(100);
    expect(shown.at(-1)).toEqual([51, 150]);
    expect(shown).not.toContainEqual([51, 100]);
    expect(shown).not.toContainEqual([101, 150]);
  });

  it("goes on from there in both directions until it meets what was loaded, each page once however often asked", async () => {
    const { server, client } = serving(300);
    await pass(10);
    expect(await client.loadAround(300)).toBe(true);
    expect(asked(server)).toBe(0);
    void client.loadAround(120);
    await pass(10);
    void client.loadOlder();
    void client.loadNewer(170);
    void client.loadNewer(170);
    void client.loadOlder(251);
    await pass(10);
    expect(asked(server)).toBe(5);
    expect(stretches(client)).toEqual([[21, 300]]);
    void client.loadOlder();
    await pass(10);
    expect(client.state.messages).toEqual(server.messages);
    expect([client.state.older, client.state.gaps.size]).toEqual([false, 0]);
    await client.loadOlder();
    expect(asked(server)).toBe(6);
  });

  it("brings the current answers too, however late they were given", async () => {
    const { server, client } = serving(400);
    await pass(10);
    server.messages = server.messages.map((message) => {
      if (message.id === 30) return { ...message, answer_id: 200 };
      return message.id === 200 ? { ...message, role: "assistant", reply_to: 30 } : message;
    });
    void client.loadAround(30);
    await pass(100);
    expect(stretches(client)).toEqual([
      [1, 80],
      [200, 200],
      [351, 400],
    ]);
  });

  it("keeps several places, and closes the gaps where they meet", async () => {
    const { client } = serving(1_000);
    for (const id of [300, 700, 640, 1]) {
      void client.loadAround(id);
      await pass(100);
    }
    expect(stretches(client)).toEqual([
      [1, 51],
      [251, 350],
      [591, 750],
      [951, 1_000],
    ]);
    expect(client.state.older).toBe(false);
  });

  it("takes events in while there is a gap: at the end, and of what is loaded", async () => {
    const { server, client } = serving(400);
    void client.loadAround(100);
    await pass(100);
    server.edit(120, "changed");
    server.edit(200, "not here");
    server.post("message 401");
    await pass(10);
    expect(stretches(client)).toEqual([
      [51, 150],
      [351, 401],
    ]);
    expect(client.state.messages.find(({ id }) => id === 120)?.content).toBe("changed");
  });

  it("shows nothing that was deleted while it was being loaded", async () => {
    const { server, client } = serving(200);
    await pass(10);
    const before = [...server.messages];
    server.intercept = (command) => {
      if (command.type !== "history") return undefined;
      server.intercept = () => undefined;
      server.remove(20);
      return { messages: before.slice(0, 30), older: false, newer: true };
    };
    void client.loadAround(30);
    await pass(100);
    expect(client.state.messages.find(({ id }) => id === 20)).toMatchObject({ content: "" });
  });

  it("says so when there is no message of that number", async () => {
    const { server, client } = serving(120);
    server.messages = server.messages.filter(({ id }) => id !== 30);
    const found = [client.loadAround(30), client.loadAround(999)];
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
    const found = client.loadAround(5);
    await pass(2_000);
    expect(await found).toBe(true);
    expect(client.state.messages[4]).toEqual(server.messages[4]);
  });

  it("waits as long as the server asks it to", async () => {
    const { server, client } = serving(100);
    server.intercept = () => ({ ok: false, error: { code: "rate_limited", message: "Slower.", retry_after_ms: 500 } });
    const found = client.loadAround(5);
    await pass(400);
    expect(asked(server)).toBe(2);
    server.intercept = () => undefined;
    await pass(600);
    expect(await found).toBe(true);
  });

  it("loads no page twice where the first one is so large that the server makes the second one wait", async () => {
    const { server, client } = serving(300);
    await pass(10);
    let unread = false;
    server.intercept = (command) => {
      if (command.type !== "history") return undefined;
      if (unread) return { ok: false, error: { code: "rate_limited", message: "Read first.", retry_after_ms: 500 } };
      unread = true;
      setTimeout(() => {
        unread = false;
      }, 100);
      return undefined;
    };
    const found = client.loadAround(100);
    await pass(1_000);
    expect(await found).toBe(true);
    expect(server.received.filter(({ before }) => before === 101)).toHaveLength(1);
    expect(stretches(client)).toEqual([
      [51, 150],
      [251, 300],
    ]);
  });

  it("goes on with the other page only when the connection was lost between the two", async () => {
    const { server, client } = serving(300);
    await pass(10);
    server.intercept = (command, end) => {
      if (command.type !== "history" || !("after" in command)) return undefined;
      setTimeout(() => end.cut(), 10);
      server.intercept = () => undefined;
      return "silent";
    };
    const found = client.loadAround(100);
    await pass(2_000);
    expect(await found).toBe(true);
    expect(server.received.filter(({ before }) => before === 101)).toHaveLength(1);
    expect(stretches(client)[0]).toEqual([51, 150]);
  });

  it("rejects when the server cannot read that far, and when the conversation ends", async () => {
    const { server, client } = serving(100);
    server.intercept = () => ({ ok: false, error: { code: "unavailable", message: "Not now." } });
    const away = expect(client.loadAround(5)).rejects.toMatchObject({ error: { message: "Not now." } });
    await pass(100);
    await away;
    server.intercept = () => "silent";
    const closed = expect(client.loadAround(5)).rejects.toMatchObject({ error: { code: "unavailable" } });
    await pass(100);
    client.close();
    await pass(100);
    await closed;
  });
});
