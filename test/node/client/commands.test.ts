// Commands with their replies, and the small frames that have none.
import { describe, expect, it } from "vitest";
import { CommandError } from "../../../src/client/requests.ts";
import { live, onFakeTime, pass } from "./open.ts";

onFakeTime();

const caught = (promise: Promise<unknown>) => promise.then(() => null).catch((error: unknown) => error);

describe("a command", () => {
  it("resolves with its reply, each by its own ref", async () => {
    const { server, client } = await live();
    server.start();
    const all = [client.cancel(1), client.retry(1, "m"), client.configure({ title: "New" }), client.addMember(2)];
    all.push(client.setMemberRole(2, "viewer"), client.removeMember(2), client.refresh("token"));
    await pass(10);
    await Promise.all(all);
    expect(server.received).toMatchObject([
      { type: "turn.cancel", turn_id: 1 },
      { type: "turn.retry", message_id: 1, model: "m" },
      { type: "configure", title: "New" },
      { type: "member.add", user_id: 2, role: "member" },
      { type: "member.role", user_id: 2, role: "viewer" },
      { type: "member.remove", user_id: 2 },
      { type: "auth.refresh", token: "token" },
    ]);
    expect(new Set(server.received.map((frame) => frame.ref)).size).toBe(7);
  });

  it("rejects with the server's error when refused", async () => {
    const { server, client } = await live();
    server.intercept = () => ({ ok: false, error: { code: "forbidden", message: "Only owners may." } });
    const outcome = caught(client.configure({ title: "Mine" }));
    await pass(10);
    const error = await outcome;
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ error: { code: "forbidden", message: "Only owners may." } });
  });

  it("rejects as unavailable when the connection ends first, when no reply comes in time, and when there is none", async () => {
    const { server, client } = await live();
    server.intercept = () => "silent";
    const silent = caught(client.cancel(1));
    await pass(15_000);
    expect(await silent).toMatchObject({ error: { code: "unavailable" } });
    const cut = caught(client.cancel(1));
    await pass(5);
    server.end.cut();
    expect(await cut).toMatchObject({ error: { code: "unavailable" } });
    expect(await caught(client.cancel(1))).toMatchObject({ error: { code: "unavailable" } });
    await pass(1_000);
    expect(server.received.filter((frame) => frame.type === "turn.cancel")).toHaveLength(2);
  });
});

describe("without a reply", () => {
  it("a probe is answered at once", async () => {
    const { server } = await live();
    server.broadcast({ type: "probe", n: 5 });
    await pass(3);
    expect(server.received).toEqual([{ type: "probe", n: 5 }]);
  });

  it("typing is said once in four seconds while it goes on, and its end once", async () => {
    const { server, client } = await live();
    for (let second = 0; second < 9; second++) {
      client.typing(true);
      client.typing(true);
      await pass(1_000);
    }
    client.typing(false);
    client.typing(false);
    await pass(10);
    expect(server.received.map((frame) => frame.on)).toEqual([true, true, true, false]);
  });

  it("a read mark goes out once, and at most one a second: the latest", async () => {
    const { server, client } = await live();
    for (const id of [1, 3, 7, 5]) client.read(id);
    await pass(10);
    expect(server.received).toEqual([{ type: "read", message_id: 1 }]);
    await pass(1_000);
    expect(server.received.map((frame) => frame.message_id)).toEqual([1, 5]);
    client.read(5);
    await pass(2_000);
    expect(server.received).toHaveLength(2);
  });

  it("a read mark that waits goes out before the conversation is closed", async () => {
    const { server, client } = await live();
    client.read(1);
    client.read(2);
    client.close();
    await pass(10);
    expect(server.received.map(({ message_id }) => message_id)).toEqual([1, 2]);
  });

  it("a read mark set while away goes out on return", async () => {
    const { server, client } = await live();
    server.end.cut();
    client.read(1);
    await pass(1_000);
    expect(server.received).toEqual([{ type: "read", message_id: 1 }]);
  });
});
