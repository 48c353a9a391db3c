// R3 of reliability.md from the sender's side: a message is kept until acknowledged, sent in order, stored once.
import { describe, expect, it } from "vitest";
import { CommandError } from "../../../src/client/requests.ts";
import { FakeServer } from "./fake-server.ts";
import { onFakeTime, open, pass } from "./open.ts";

onFakeTime();

const refusal = (code: string, retry_after_ms?: number) => ({
  ok: false,
  error: { code, message: `It is ${code}.`, ...(retry_after_ms === undefined ? {} : { retry_after_ms }) },
});
const contents = (server: FakeServer) => server.messages.map((message) => message.content);

async function live() {
  const server = new FakeServer();
  const client = open(server);
  await pass(10);
  return { server, client };
}

describe("the outbox", () => {
  it("resolves with the acknowledgement and shows the message pending until its event is here", async () => {
    const { client } = await live();
    const sent = client.send("hello", { client_id: "a" });
    expect(client.state.pending).toMatchObject([{ client_id: "a", content: "hello", error: null }]);
    await pass(10);
    expect(await sent).toEqual({ message_id: 1, seq: 1, repeated: false });
    expect(client.state.pending).toEqual([]);
    expect(client.state.messages.map((message) => message.content)).toEqual(["hello"]);
  });

  it("keeps what is sent before the connection, and sends it in order", async () => {
    const server = new FakeServer();
    server.refuseUpgrade = true;
    const client = open(server);
    const all = ["one", "two", "three"].map((content) => client.send(content));
    await pass(5_000);
    server.refuseUpgrade = false;
    await pass(5_000);
    await Promise.all(all);
    expect(contents(server)).toEqual(["one", "two", "three"]);
  });

  it("sends again with the same client_id when the acknowledgement was lost, and the message is stored once", async () => {
    const { server, client } = await live();
    server.intercept = (command, end) => {
      server.intercept = () => undefined;
      if (command.type === "message.send") setTimeout(() => end.cut(), 0);
      return undefined;
    };
    const sent = client.send("once");
    await pass(1_000);
    expect(await sent).toMatchObject({ message_id: 1, repeated: true });
    expect([...server.sent.values()]).toEqual([2]);
    expect(contents(server)).toEqual(["once"]);
    expect(client.state.pending).toEqual([]);
  });

  it("sends again on the same connection when the server stays silent", async () => {
    const { server, client } = await live();
    server.intercept = () => {
      server.intercept = () => undefined;
      return "silent";
    };
    const sent = client.send("still there?");
    await pass(16_000);
    expect(await sent).toMatchObject({ message_id: 1 });
    expect(server.ends).toHaveLength(1);
  });

  it.each(["busy", "rate_limited", "unavailable"])(
    "tries again by itself after %s, not before it may",
    async (code) => {
      const { server, client } = await live();
      server.intercept = () => {
        server.intercept = () => undefined;
        return refusal(code, 3_000);
      };
      const sent = client.send("patient");
      void client.send("behind it");
      await pass(3_000);
      expect(contents(server)).toEqual([]);
      expect(client.state.pending).toMatchObject([{ error: null }, { error: null }]);
      await pass(1_000);
      await sent;
      expect(contents(server)).toEqual(["patient", "behind it"]);
    },
  );

  it("leaves a refused message pending with the reason, and goes on with the next", async () => {
    const { server, client } = await live();
    server.intercept = () => {
      server.intercept = () => undefined;
      return refusal("too_large");
    };
    const refused = client.send("long").catch((error) => error);
    await Promise.all([pass(20), client.send("short")]);
    expect(await refused).toBeInstanceOf(CommandError);
    expect(client.state.pending).toMatchObject([{ content: "long", error: { code: "too_large" } }]);
    expect(contents(server)).toEqual(["short"]);
  });

  it("sends a refused message again, or forgets it, as asked", async () => {
    const { server, client } = await live();
    server.intercept = () => refusal("forbidden");
    for (const client_id of ["a", "b"]) void client.send(client_id, { client_id }).catch(() => {});
    await pass(20);
    server.intercept = () => undefined;
    client.resend("a");
    expect(client.state.pending).toMatchObject([{ client_id: "b" }, { client_id: "a", error: null }]);
    client.discard("b");
    await pass(20);
    expect(contents(server)).toEqual(["a"]);
    expect(client.state.pending).toEqual([]);
  });

  it("goes on with the next message when the one under way is discarded, whatever becomes of that", async () => {
    const { server, client } = await live();
    server.intercept = (command) =>
      command.type === "message.send" && command.client_id === "a" ? refusal("forbidden") : undefined;
    const outcomes = ["a", "b", "c"].map((id) => client.send(id, { client_id: id }).catch(({ error }) => error.code));
    await pass(1);
    client.discard("a");
    await pass(20);
    expect(await Promise.all(outcomes)).toMatchObject(["gone", { message_id: 1 }, { message_id: 2 }]);
    expect(client.state.pending).toEqual([]);
  });

  it("gives two sends of one client_id one message and one outcome", async () => {
    const { server, client } = await live();
    const twice = [client.send("same", { client_id: "a" }), client.send("same", { client_id: "a" })];
    await pass(20);
    const [first, second] = await Promise.all(twice);
    expect(second).toEqual(first);
    expect([...server.sent.values()]).toEqual([1]);
  });

  it("rejects what was not acknowledged when the conversation is closed", async () => {
    const { server, client } = await live();
    server.intercept = () => "silent";
    const sent = client.send("too late").catch((error) => error);
    client.close();
    expect(await sent).toMatchObject({ error: { code: "unavailable" } });
    await expect(client.send("after the end")).rejects.toBeInstanceOf(CommandError);
  });
});
