// The client of the inbox: what it hears, that it comes back, and when it does not.
import { describe, expect, it, vi } from "vitest";
import { type InboxOptions, openInbox } from "../../../src/client/inbox.ts";
import { CLOSE } from "../../../src/protocol/errors.ts";
import { pairedSockets, type ServerEnd } from "../../support/paired-socket.ts";
import { onFakeTime, pass } from "./open.ts";

onFakeTime();

async function begin(more: Partial<InboxOptions> = {}) {
  const ends: ServerEnd[] = [];
  const heard: number[] = [];
  const onOpen = vi.fn();
  const onEnded = vi.fn();
  const WebSocket = pairedSockets((end) => {
    ends.push(end);
    return undefined;
  });
  const inbox = openInbox({
    host: "http://server.test",
    ticket: async () => `ticket-${ends.length}`,
    WebSocket,
    onOpen,
    onChanged: (id) => heard.push(id),
    onEnded,
    ...more,
  });
  await pass(10);
  return { inbox, ends, heard, onOpen, onEnded };
}

const changed = (conversation_id: number) => JSON.stringify({ type: "inbox.changed", conversation_id });

describe("an inbox", () => {
  it("is opened with a ticket, and hears what has changed", async () => {
    const { ends, heard, onOpen } = await begin();
    expect(ends[0]?.url.pathname).toBe("/parties/inbox/me");
    expect(ends[0]?.url.searchParams.get("ticket")).toBe("ticket-0");
    expect(onOpen).toHaveBeenCalledTimes(1);
    ends[0]?.send(changed(7));
    ends[0]?.send(changed(8));
    await pass(10);
    expect(heard).toEqual([7, 8]);
  });

  it("does not stumble over what it does not know", async () => {
    const { ends, heard, onEnded } = await begin();
    for (const frame of ["{", "7", '{"type":"inbox.future"}', '{"type":"inbox.changed"}', changed(7)])
      ends[0]?.send(frame);
    await pass(10);
    expect(heard).toEqual([7]);
    expect(onEnded).not.toHaveBeenCalled();
  });

  it("comes back with a new ticket when its connection is lost, and says so: what happened meanwhile is not known", async () => {
    const { ends, heard, onOpen } = await begin();
    ends[0]?.cut();
    await pass(1_000);
    expect(ends).toHaveLength(2);
    expect(ends[1]?.url.searchParams.get("ticket")).toBe("ticket-1");
    expect(onOpen).toHaveBeenCalledTimes(2);
    ends[1]?.send(changed(9));
    await pass(10);
    expect(heard).toEqual([9]);
  });

  it("tries one new ticket when its session has ended, and then says why it is over", async () => {
    const { ends, onEnded } = await begin();
    for (const end of [0, 1]) {
      ends[end]?.send(JSON.stringify({ type: "bye", code: "unauthorized", message: "Your session has ended." }));
      ends[end]?.close(CLOSE.unauthorized, "unauthorized");
      await pass(end === 0 ? 500 : 10_000);
    }
    expect(ends).toHaveLength(2);
    const reason = { code: "unauthorized", message: "Your session has ended." };
    expect(onEnded).toHaveBeenCalledWith(CLOSE.unauthorized, expect.objectContaining(reason));
  });

  it("is over when no ticket is given any more", async () => {
    const refused = Object.assign(new Error("no"), { status: 401, body: { code: "unauthorized", message: "Log in." } });
    const { ends, onEnded } = await begin({ ticket: () => Promise.reject(refused) });
    expect(ends).toHaveLength(0);
    expect(onEnded).toHaveBeenCalledWith(CLOSE.unauthorized, { code: "unauthorized", message: "Log in." });
  });

  it("does not come back after it was closed here", async () => {
    const { inbox, ends, onEnded } = await begin();
    inbox.close();
    await pass(60_000);
    expect(ends).toHaveLength(1);
    expect(onEnded).not.toHaveBeenCalled();
  });
});
