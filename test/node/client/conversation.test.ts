// What an open conversation shows, frame by frame.
import { describe, expect, it } from "vitest";
import { ANN, AT, BOB, newMessage } from "../../support/samples.ts";
import { FakeServer } from "./fake-server.ts";
import { live, onFakeTime, open, pass } from "./open.ts";

onFakeTime();

describe("an open conversation", () => {
  it("shows a snapshot, then events and text as they come", async () => {
    const { server, client } = await live();
    expect(client.state.status).toEqual({ state: "live" });
    expect(client.state.you).toMatchObject(ANN);
    expect(client.state.messages.map((message) => message.content)).toEqual(["hello"]);

    server.start();
    server.text("Good ");
    server.text("day");
    await pass(10);
    expect(client.state.turns.get(1)).toMatchObject({ state: "running", text: "Good day" });

    server.finish();
    await pass(10);
    expect(client.state.messages.at(-1)).toMatchObject({ role: "assistant", content: "Good day" });
    expect(client.state.turns.get(1)).toMatchObject({ state: "finished" });
  });

  it("clears the text of a turn that starts again", async () => {
    const { server, client } = await live();
    server.start();
    server.text("{broken");
    server.reset();
    await pass(10);
    expect(client.state.turns.get(1)).toMatchObject({ text: "", attempt: 2 });
    server.text("{}");
    server.finish();
    await pass(10);
    expect(client.state.messages.at(-1)?.content).toBe("{}");
  });

  it.each(["cancelled", "interrupted"] as const)("keeps the text of a turn that was %s as a message", async (state) => {
    const { server, client } = await live();
    server.start();
    server.text("As I was say");
    server.finish(state);
    await pass(10);
    expect(client.state.turns.get(1)?.state).toBe(state);
    expect(client.state.messages.at(-1)?.content).toBe("As I was say");
  });

  it("shows a failed turn with its partial text and no message", async () => {
    const { server, client } = await live();
    server.start();
    server.text("Well");
    server.finish("failed");
    await pass(10);
    expect(client.state.turns.get(1)).toMatchObject({ state: "failed", text: "Well" });
    expect(client.state.messages).toHaveLength(1);
  });

  it("starts from a snapshot alone: what was loaded before may have been changed since", async () => {
    const { server, client } = await live();
    for (let n = 0; n < 60; n++) server.post(`before ${n}`);
    await pass(10);
    server.forceSnapshot = true;
    server.end.cut();
    server.edit(2, "changed");
    server.remove(3);
    await pass(1_000);
    expect(client.state.messages).toEqual(server.messages.slice(-50));
    expect(client.state.older).toBe(true);
    void client.loadOlder();
    await pass(10);
    expect(client.state.messages).toEqual(server.messages);
  });

  it("loads older messages without a hole, one request however often asked", async () => {
    const server = new FakeServer();
    for (let n = 0; n < 120; n++) server.post(`message ${n}`);
    const client = open(server);
    await pass(10);
    void client.loadOlder();
    void client.loadOlder();
    await pass(10);
    expect(client.state.messages).toEqual(server.messages.slice(-100));
    void client.loadOlder();
    await pass(10);
    expect(client.state.messages).toEqual(server.messages);
    expect(client.state.older).toBe(false);
    await client.loadOlder();
    expect(server.received.filter((frame) => frame.type === "history")).toHaveLength(2);
  });

  it("goes on over frames it does not know, and counts them", async () => {
    const { server, client } = await live();
    server.append({ type: "future.thing", detail: "sources" });
    server.broadcast({ type: "confetti" });
    server.end.send("not JSON");
    server.post("and on");
    await pass(10);
    expect(client.state.messages.at(-1)?.content).toBe("and on");
    expect(client.ignored).toBe(3);
    expect(server.ends).toHaveLength(1);
  });

  it("shows who is here, who types, who has read how far, and what the server says to people", async () => {
    const { server, client } = await live();
    server.append({ type: "member.added", member: { ...BOB, role: "member", read_id: 0 } });
    server.broadcast({ type: "present", users: [{ ...BOB, since: AT }] });
    server.broadcast({ type: "typing", ...BOB, on: true });
    server.broadcast({ type: "reads", user_id: BOB.user_id, message_id: 1 });
    server.broadcast({ type: "notice", code: "slow", message: "Answers are slow today." });
    await pass(10);
    expect(client.state).toMatchObject({
      present: [BOB],
      typing: [BOB],
      members: [{ ...BOB, read_id: 1 }],
      notice: { code: "slow" },
    });
    server.broadcast({ type: "typing", ...BOB, on: false });
    server.append({ type: "member.role_changed", user_id: BOB.user_id, role: "viewer" });
    await pass(10);
    expect(client.state.typing).toEqual([]);
    expect(client.state.members).toMatchObject([{ role: "viewer" }]);
    server.append({ type: "member.removed", user_id: BOB.user_id });
    await pass(10);
    expect(client.state.members).toEqual([]);
  });

  it("asks for its rights anew when its own role has changed", async () => {
    const { server, client } = await live();
    server.append({ type: "member.role_changed", user_id: ANN.user_id, role: "viewer" });
    await pass(1_000);
    expect(server.ends).toHaveLength(2);
    expect(client.state.status).toEqual({ state: "live" });
  });

  it("forgets what it showed when the conversation is erased", async () => {
    const { server, client } = await live();
    server.append({ type: "conversation.erased" });
    await pass(10);
    expect(client.state.messages).toEqual([]);
  });

  it("tells its listeners at once when nothing changed just before", async () => {
    const { client } = await live();
    await pass(100);
    let told = 0;
    const stop = client.subscribe(() => told++);
    void client.send("now").catch(() => {});
    expect(told).toBe(1);
    stop();
    await pass(100);
    expect(told).toBe(1);
  });

  it("tells its listeners at most once in a display frame, and leaves untouched messages and turns as they are", async () => {
    const { server, client } = await live();
    server.start();
    await pass(100);
    const [hello] = client.state.messages;
    const { members, conversation } = client.state;
    let told = 0;
    client.subscribe(() => told++);
    for (let n = 0; n < 100; n++) {
      server.text("word ");
      await pass(2);
    }
    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThanOrEqual(200 / 16 + 1);
    expect(client.state.messages[0]).toBe(hello);
    expect(client.state.members).toBe(members);
    expect(client.state.conversation).toBe(conversation);
  });

  it("hands a message of another user with the same client_id on, and keeps its own pending", async () => {
    const { server, client } = await live();
    server.intercept = () => "silent";
    void client.send("mine", { client_id: "same" }).catch(() => {});
    server.post("theirs", BOB, "same");
    await pass(10);
    expect(client.state.pending).toMatchObject([{ client_id: "same", content: "mine" }]);
    server.append({ type: "message.created", message: newMessage(3, { author: ANN, client_id: "same" }) });
    await pass(10);
    expect(client.state.pending).toEqual([]);
    client.close();
  });
});
