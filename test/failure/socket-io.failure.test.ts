// Unmodified Socket.IO clients on the bare runtime: every transport, every way to be cut off, and who is shown out.
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { createConversation, logOut, type Person, postMessage } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

const Token = z.object({ token: z.string(), offset: z.int() });
const Complete = z.object({ assistant_responses: z.array(z.object({ content: z.string() })) });

/** A chat client, as its document writes it; it keeps what it is told. */
class Chat {
  readonly socket: Socket;
  readonly heard: [event: string, payload: unknown][] = [];
  /** What its screen shows of the answer, by offsets. */
  text = "";
  /** Offsets that did not continue the text. */
  jumps = 0;
  recoveries = 0;

  constructor(url: string, person: Person, options: Partial<ManagerOptions & SocketOptions> = {}) {
    const quick = { reconnectionDelay: 50, reconnectionDelayMax: 100 };
    this.socket = io(url, { auth: { token: person.token }, forceNew: true, ...quick, ...options });
    this.socket.onAny((event: string, payload: unknown) => this.heard.push([event, payload]));
    this.socket.on("conversation_token", (payload: unknown) => {
      const { token, offset } = Token.parse(payload);
      if (offset !== this.text.length) this.jumps += 1;
      this.text += token;
    });
    this.socket.on("connect", () => {
      if (this.socket.recovered) this.recoveries += 1;
    });
  }

  events(name: string): unknown[] {
    return this.heard.filter(([event]) => event === name).map(([, payload]) => payload);
  }
  has(name: string, count = 1): Promise<void> {
    return until(() => this.events(name).length >= count, `${name} was heard`, 20_000);
  }
  get answer(): string | undefined {
    const complete = this.events("conversation").at(-1);
    return complete === undefined ? undefined : Complete.parse(complete).assistant_responses[0]?.content;
  }
}

describe("a Socket.IO client", () => {
  let stage: Stage;
  const clients: Chat[] = [];
  const chat = (person: Person, options?: Partial<ManagerOptions & SocketOptions>) => {
    const client = new Chat(stage.server.url, person, options);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    stage = await openStage();
    stage.provider.script(() => ({ words: 60, intervalMs: 20 }));
  });
  afterAll(async () => {
    for (const { socket } of clients) socket.disconnect();
    await stage.close();
  });

  it.each([[["websocket"]], [["polling"]], [["polling", "websocket"]]])(
    "over %j has the whole answer, in tokens and at the end",
    async (transports) => {
      const ada = await stage.person(`ada-${transports.join("-")}`);
      const client = chat(ada, { transports });
      await client.has("connected");
      const acknowledged: unknown = await client.socket.timeout(10_000).emitWithAck("chat", { message: "How long?" });
      expect(acknowledged).toMatchObject({ ok: true, message_id: 1, turn_id: 1, repeated: false });
      await client.has("conversation");
      expect(client.answer).toBe(client.text);
      expect(client.jumps).toBe(0);
      expect(client.socket.io.engine.transport.name).toBe(transports.at(-1));
    },
  );

  it("whose transport breaks again and again sees each word once", async () => {
    const ada = await stage.person("ada-cut");
    const client = chat(ada, { transports: ["websocket"] });
    let cuts = 0;
    client.socket.on("connect", () => {
      if (cuts++ < 3) setTimeout(() => client.socket.io.engine.close(), 200);
    });
    client.socket.on("connected", () => client.socket.emit("chat", { message: "How long?" }));
    await client.has("conversation");
    expect(client.answer).toBe(client.text);
    expect([client.jumps, client.recoveries]).toEqual([0, 3]);
  });

  it("goes on after the server was killed in mid-answer, with the same id and every word once", async () => {
    const ada = await stage.person("ada-kill");
    const client = chat(ada, { transports: ["websocket"] });
    await client.has("connected");
    const { id } = client.socket;
    client.socket.emit("chat", { message: "How long?" });
    await client.has("conversation_token", 5);
    await stage.server.kill();
    await stage.server.restart();
    await client.has("conversation");
    expect(client.answer).toBe(client.text);
    expect(client.jumps).toBe(0);
    expect(client.socket.id).toBe(id);
  });

  it.each([["polling"], ["websocket"]])(
    "over %s that missed more than it may have unread has all of it, once, in pieces",
    async (transport) => {
      const [ada, bob] = [await stage.person(`ada-${transport}-missed`), await stage.person(`bob-${transport}-missed`)];
      const conversation = await createConversation(stage.server.url, ada, [bob]);
      const client = chat(ada, { transports: [transport], reconnectionDelay: 1_500, randomizationFactor: 0 });
      client.socket.emit("join_room", { conversation_id: conversation });
      await client.has("joined_room");
      client.socket.io.engine.close();
      const texts = Array.from({ length: 40 }, (_, n) => `${n} ${"x".repeat(60_000)}`);
      for (const text of texts) await postMessage(stage.server.url, bob, conversation, text, { answer: false });
      await client.has("new_message", texts.length);
      expect(client.events("new_message").map((told) => z.object({ content: z.string() }).parse(told).content)).toEqual(
        texts,
      );
    },
  );

  it("that joins in mid-answer has what was said so far, then the rest", async () => {
    const [ada, bob] = [await stage.person("ada-late"), await stage.person("bob-late")];
    const conversation = await createConversation(stage.server.url, ada, [bob]);
    const [asks, late] = [chat(ada), chat(bob)];
    asks.socket.emit("chat", { message: "How long?", conversation_id: conversation });
    await asks.has("conversation_token", 10);
    late.socket.emit("join_conversation", { conversation_id: conversation });
    await late.has("conversation");
    expect([late.text, late.jumps]).toEqual([asks.text, 0]);
  });

  it("of a stranger joins nothing, in no spelling, and learns nothing", async () => {
    const [ada, eve] = [await stage.person("ada-own"), await stage.person("eve-own")];
    const conversation = await createConversation(stage.server.url, ada, []);
    const client = chat(eve);
    await client.has("connected");
    const wishes: [string, object][] = [conversation, String(conversation), 987_654].flatMap((conversation_id) => [
      ["join_conversation", { conversation_id }] as [string, object],
      ["join_room", { conversation_id }],
      ["join_chat", { chat_id: conversation_id }],
      ["chat", { message: "Hi", conversation_id }],
    ]);
    const answers = new Set<string>();
    for (const [event, payload] of wishes)
      answers.add(JSON.stringify(await client.socket.timeout(10_000).emitWithAck(event, payload)));
    expect([...answers]).toEqual([
      '{"ok":false,"error":{"code":"not_found","message":"There is no such conversation."}}',
    ]);
  });

  it("whose login ends is told, cut off, and refused when it comes back", async () => {
    const ada = await stage.person("ada-out");
    const client = chat(ada, { transports: ["websocket"] });
    const refusals: string[] = [];
    client.socket.on("connect_error", ({ message }) => refusals.push(message));
    await client.has("connected");
    await logOut(stage.server.url, ada);
    await client.has("error");
    expect(client.events("error")).toEqual([{ message: "Session expired" }]);
    await until(() => refusals.length > 0, "it is refused");
    expect(refusals[0]).toBe("Authentication failed");
  });

  it("without a token is refused, in words and by code", async () => {
    const socket = io(stage.server.url, { forceNew: true, transports: ["websocket"], reconnection: false });
    const error = await new Promise<Error & { data?: unknown }>((resolve) => socket.on("connect_error", resolve));
    socket.disconnect();
    expect([error.message, error.data]).toEqual(["Authentication failed", { code: "unauthorized" }]);
  });

  it("needed no fault of ours", () => expect(faultLines(stage.server.log)).toEqual([]));
});
