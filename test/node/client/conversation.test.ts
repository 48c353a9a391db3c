// The resume client on a socket: what is shown, what is sent, and when.
import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { onFakeTime, open, pass } from "./open.ts";

onFakeTime();

describe("an open conversation", () => {
  it("shows a snapshot, then events and text as they come", async () => {
    const server = new FakeServer();
    server.post("hello");
    const client = open(server);
    await pass(10);
    expect(client.state.status).toEqual({ state: "live" });
    expect(client.state.messages.map((m) => m.content)).toEqual(["hello"]);

    server.start();
    server.text("Good ");
    server.text("day");
    await pass(10);
    expect(client.state.turns.get(1)).toMatchObject({ state: "running", text: "Good day" });

    server.finish();
    await pass(10);
    expect(client.state.messages.at(-1)).toMatchObject({ role: "assistant", content: "Good day" });
    expect(client.state.turns.get(1)).toMatchObject({ state: "finished" });
    client.close();
  });
});
