// What no spelling, no size and no malformed packet gets out of the gateway.
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import * as z from "zod";
import { createConversation, type Person, readMessages } from "../support/harness/api.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

const Answer = z.object({ ok: z.boolean(), error: z.object({ code: z.string(), message: z.string() }).optional() });
const RoomCreated = z.object({ room_id: z.string() });

/** Names that every object of JavaScript has. */
const INHERITED = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"];

/** Each event that names a conversation, with the rest of what it needs. */
const EVENTS: [event: string, field: string, rest: object][] = [
  ["join_conversation", "conversation_id", {}],
  ["chat", "conversation_id", { message: "Hi" }],
  ["history", "conversation_id", {}],
  ["typing", "conversation_id", { is_typing: true }],
  ["read", "conversation_id", { message_id: 1 }],
  ["join_room", "conversation_id", {}],
  ["send_message", "conversation_id", { message: "Hi" }],
  ["join_chat", "chat_id", {}],
  ["send_message", "chat_id", { message: "Hi" }],
];

/** What is not this id, however much it looks like it. */
const spellings = (id: number): unknown[] => [
  ...[
    `conversation_${id}`,
    `${id}.0`,
    `-${id}`,
    `0${id}`,
    ` ${id}`,
    `${id} `,
    `+${id}`,
    `${id}e0`,
    `0x${id.toString(16)}`,
  ],
  ...[-id, id + 0.5, 1e300, [id], [String(id)], { id }, { valueOf: id }, true, ...INHERITED],
];

describe("the gateway", () => {
  let stage: Stage;
  let ada: Person;
  let eve: Person;
  const sockets: Socket[] = [];

  const connect = (person: Person, path = "", options: Partial<ManagerOptions & SocketOptions> = {}): Socket => {
    const socket = io(`${stage.server.url}${path}`, {
      auth: { token: person.token },
      transports: ["websocket"],
      forceNew: true,
      ...options,
    });
    sockets.push(socket);
    return socket;
  };
  const ask = async (socket: Socket, event: string, payload: unknown) =>
    Answer.parse(await socket.timeout(10_000).emitWithAck(event, payload));

  /** Everything that this person is told from now on. */
  const listen = (socket: Socket): string[] => {
    const heard: string[] = [];
    socket.onAny((event, payload) => heard.push(JSON.stringify([event, payload])));
    return heard;
  };

  beforeAll(async () => {
    stage = await openStage();
    stage.provider.script(() => ({ words: 3 }));
    [ada, eve] = [await stage.person("ada"), await stage.person("eve")];
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await stage.close();
  });

  it.each(EVENTS)(
    "lets no stranger in by %s with %s, in any spelling, and tells nothing",
    async (event, field, rest) => {
      const conversation = await createConversation(stage.server.url, ada, []);
      const stranger = connect(eve);
      const heard = listen(stranger);
      const codes = new Set<string | undefined>();
      for (const spelling of spellings(conversation)) {
        const answer = await ask(stranger, event, { ...rest, [field]: spelling });
        expect(answer.ok, JSON.stringify(spelling)).toBe(false);
        codes.add(answer.error?.code);
      }
      expect([...codes]).toEqual(["invalid"]);
      const exact = [await ask(stranger, event, { ...rest, [field]: conversation })];
      exact.push(await ask(stranger, event, { ...rest, [field]: String(conversation) }));
      const absent = await ask(stranger, event, { ...rest, [field]: 987_654_321 });
      expect(exact).toEqual([absent, absent]);
      expect(absent.error?.code).toBe("not_found");
      heard.length = 0;
      const owner = connect(ada);
      expect((await ask(owner, "chat", { message: "A secret", conversation_id: conversation })).ok).toBe(true);
      await ask(stranger, "ping", {});
      expect(heard.filter((line) => !line.startsWith('["pong"'))).toEqual([]);
    },
  );

  it.each(EVENTS)("stores and tells nothing that %s with %s says in another's name", async (event, field, rest) => {
    const conversation = await createConversation(stage.server.url, ada, [eve]);
    const answer = await ask(connect(ada), event, { ...rest, [field]: conversation, user_id: eve.id });
    expect(answer.error).toMatchObject({ code: "forbidden", message: "user_id is not yours" });
    expect(await readMessages(stage.server.url, ada, conversation)).toEqual([]);
  });

  it("keeps nothing beyond the bounds of a native frame or a message, and says which", async () => {
    const conversation = await createConversation(stage.server.url, ada, []);
    const owner = connect(ada);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [i, i]));
    const deep = JSON.parse(`${'{"a":'.repeat(100)}1${"}".repeat(100)}`);
    const refused = async (rest: object) => {
      const { error } = await ask(owner, "chat", { conversation_id: conversation, message: "Hi", ...rest });
      return [error?.code, error?.message];
    };
    expect(await refused({ metadata: deep })).toEqual(["invalid", "JSON may be at most 32 levels deep."]);
    expect(await refused({ metadata: many })).toEqual(["invalid", "JSON may have at most 1000 keys and items."]);
    expect(await refused({ metadata: JSON.parse('{"__proto__":{"admin":true}}') })).toEqual([
      ...["invalid", "A key may not be named __proto__."],
    ]);
    const most = "may be at most 65536 bytes long";
    expect(await refused({ metadata: { note: "x".repeat(900_000) } })).toEqual(["too_large", `metadata ${most}`]);
    expect(await refused({ message: "x".repeat(70_000) })).toEqual(["too_large", `message ${most}`]);
    expect(await readMessages(stage.server.url, ada, conversation)).toEqual([]);
  });

  it("takes an id from its own field only", async () => {
    const conversation = await createConversation(stage.server.url, ada, []);
    const owner = connect(ada);
    for (const text of [
      `{"__proto__":{"conversation_id":${conversation}}}`,
      `{"constructor":{"prototype":{"conversation_id":${conversation}}}}`,
      `[${conversation}]`,
      `[{"conversation_id":${conversation}}]`,
      `${conversation}`,
      `"${conversation}"`,
      "null",
    ])
      expect((await ask(owner, "join_conversation", JSON.parse(text))).error?.code, text).toBe("invalid");
    for (const id of [conversation, String(conversation)])
      expect((await ask(owner, "join_conversation", { conversation_id: id })).ok).toBe(true);
  });

  it("lets no stranger into an assistant room by its id or what looks like it", async () => {
    const owner = connect(ada, "/assistant/realtime");
    const created = new Promise<unknown>((resolve) => owner.once("room_created secret", resolve));
    owner.emit("create_room", { chat_id: "secret", model_api_source: "aisuite", model_id: "openai:harness" });
    const { room_id } = RoomCreated.parse(await created);
    const stranger = connect(eve, "/assistant/realtime");
    for (const id of [
      room_id,
      room_id.toUpperCase(),
      ` ${room_id}`,
      [room_id],
      { room_id },
      "%",
      "room_%",
      ...INHERITED,
    ])
      expect((await ask(stranger, "join_room", { room_id: id })).ok, JSON.stringify(id)).toBe(false);
    const found = new Promise<unknown>((resolve) => stranger.once("room_not_found secret", resolve));
    stranger.emit("find_chat", { chat_id: "secret" });
    await found;
    expect((await ask(owner, "join_room", { room_id })).ok).toBe(true);
  });

  it("opens no interview for a stranger in any spelling, and says the same of what does not exist", async () => {
    const conversation = await createConversation(stage.server.url, ada, []);
    const told = new Set<string>();
    let count = 0;
    for (const session_id of [...spellings(conversation), conversation, String(conversation), 987_654_321]) {
      const extraHeaders = { "cf-connecting-ip": `192.0.2.${count++}` }; // many from one address have to wait
      const auth = { token: eve.token, session_id };
      const socket = connect(eve, "", { auth, extraHeaders, reconnection: false });
      told.add(
        await new Promise<string>((resolve) => {
          socket.on("connect", () => resolve(`let in with ${JSON.stringify(session_id)}`));
          socket.on("connect_error", ({ message }) => resolve(message));
        }),
      );
    }
    expect([...told].sort()).toEqual(["Missing parameters", "Session not found"]);
  });

  it.each(["", "/assistant/realtime"])(
    "knows no event by a name that every object has, at namespace %j",
    async (path) => {
      const socket = connect(ada, path);
      for (const event of INHERITED) {
        const answer = await ask(socket, event, { conversation_id: 1 });
        expect(answer.error).toEqual({ code: "unsupported", message: "Unknown event" });
      }
    },
  );

  it("lets a socket follow 64 conversations and a 65th when it has left one", async () => {
    const socket = connect(ada);
    const ids = await Promise.all(Array.from({ length: 65 }, () => createConversation(stage.server.url, ada, [])));
    const join = (conversation_id: number | undefined) => ask(socket, "join_conversation", { conversation_id });
    // All at once, as a page does that has just come.
    const joined = await Promise.all(ids.slice(0, 64).map(join));
    expect(new Set(joined.map(({ ok }) => ok))).toEqual(new Set([true]));
    expect((await join(ids[64])).error?.code).toBe("rate_limited");
    expect((await join(ids[0])).ok).toBe(true);
    await ask(socket, "leave_conversation", { conversation_id: ids[0] });
    expect((await join(ids[64])).ok).toBe(true);
  });

  it("sends away who asks without end, and serves the others meanwhile", async () => {
    const [flood, calm] = [connect(ada), connect(ada)];
    await ask(flood, "ping", {});
    const told = listen(flood);
    const cut = new Promise<string>((resolve) => flood.once("disconnect", resolve));
    for (let n = 0; n < 300; n += 1) flood.emit("ping", {});
    expect(await cut).toBe("transport close");
    expect(told.at(-1)).toBe('["error",{"message":"Too many events: slow down."}]');
    expect((await ask(calm, "ping", {})).ok).toBe(true);
    flood.disconnect();
  });

  it("refuses a body of 30 MB with 413 while it arrives, and serves the others meanwhile", async () => {
    const opened = await (await fetch(`${stage.server.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = z.object({ sid: z.string() }).parse(JSON.parse(opened.slice(1)));
    const other = connect(ada);
    const chunk = new Uint8Array(1_000_000).fill(120);
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => (sent++ < 30 ? controller.enqueue(chunk) : controller.close()),
    });
    const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
    const refused = fetch(`${stage.server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, init).then(
      ({ status }) => status,
      () => "cut off",
    );
    expect((await ask(other, "ping", {})).ok).toBe(true);
    expect([413, "cut off"]).toContain(await refused);
  });

  it("closes with a malformed packet that transport only and leaves the same person another", async () => {
    const calm = connect(ada);
    await ask(calm, "ping", {});
    const { id } = calm;
    const address = `${stage.server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    for (const frame of ["x", "42{", "4", '451-["a"]x', "5", "0", Buffer.from([0])]) {
      const socket = new WebSocket(address);
      const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      socket.on("message", (data) => {
        if (String(data).startsWith("0")) socket.send(`40${JSON.stringify({ token: ada.token })}`);
        else if (String(data).startsWith("40")) socket.send(frame);
      });
      await closed;
    }
    expect([(await ask(calm, "ping", {})).ok, calm.id]).toEqual([true, id]);
  });

  it("needed no fault of ours for any of it", () => {
    expect(faultLines(stage.server.log)).toEqual([]);
  });
});
