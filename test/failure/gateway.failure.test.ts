// The gateway killed at each step that a client takes, and clients that crowd, sleep or do not read.
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import * as z from "zod";
import { createConversation, type Person, postMessage, readMessages } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

const Token = z.object({ token: z.string(), offset: z.int() });
const Entry = z.object({ role: z.string(), content: z.string() });
const Complete = z.object({ assistant_responses: z.array(Entry) });
const History = z.object({ messages: z.array(Entry) });
const QUICK = { transports: ["websocket"], forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100 };

/** A moment in a client's life. */
type Step =
  | "is about to connect"
  | "has connected"
  | "has asked to join"
  | "has joined"
  | "has sent its message"
  | "has its acknowledgement"
  | "has some of the answer"
  | "has all of the answer"
  | "is about to come back"
  | "has come back"
  | "has some of what it missed";

/** A client that keeps at it as its document says: joins, asks once, and after a new start joins and reads again. */
class Asker {
  readonly socket: Socket;
  text = "";
  done = false;
  jumps = 0;
  readonly ids = new Set<string>();
  recoveries = 0;
  #asked = false;
  #acknowledged = false;
  #tokens = 0;
  readonly #conversation: number;
  readonly #step: (step: Step) => void;

  constructor(url: string, { token }: Person, conversation: number, step: (step: Step) => void) {
    this.#conversation = conversation;
    this.#step = step;
    this.socket = io(url, { auth: { token }, ...QUICK });
    this.socket.io.on("open", () => step(this.ids.size === 0 ? "is about to connect" : "is about to come back"));
    this.socket.on("connect", () => this.#connected());
    this.socket.on("conversation_token", (payload: unknown) => this.#told(Token.parse(payload)));
    this.socket.on("conversation", (payload: unknown) => {
      const [answer] = Complete.parse(payload).assistant_responses;
      if (answer) this.#finished(answer.content);
    });
    this.socket.on("history", (payload: unknown) => {
      const answer = History.parse(payload).messages.find(({ role }) => role === "assistant");
      if (answer) this.#finished(answer.content);
    });
  }

  /** Its transport breaks. */
  cut(): void {
    this.socket.io.engine.close();
  }

  #connected(): void {
    const back = this.ids.size > 0;
    if (this.socket.recovered) this.recoveries += 1;
    this.ids.add(this.socket.id ?? "");
    this.#tokens = 0;
    this.#step(back ? "has come back" : "has connected");
    if (!this.socket.recovered) this.#join();
    else if (!this.#acknowledged) this.#ask();
  }

  #join(): void {
    const conversation_id = this.#conversation;
    this.socket.emit("join_conversation", { conversation_id }, () => {
      this.#step("has joined");
      if (!this.#acknowledged) this.#ask();
    });
    // What was said while it was away is in the history.
    if (this.#asked) this.socket.emit("history", { conversation_id });
    this.#step("has asked to join");
  }

  #ask(): void {
    this.#asked = true;
    const payload = { message: "How long?", conversation_id: this.#conversation, client_id: "the-only-one" };
    this.socket.emit("chat", payload, () => {
      this.#acknowledged = true;
      this.#step("has its acknowledgement");
    });
    this.#step("has sent its message");
  }

  #told({ token, offset }: z.infer<typeof Token>): void {
    if (offset === 0) this.text = "";
    if (offset !== this.text.length) this.jumps += 1;
    this.text += token;
    if (++this.#tokens === 3) this.#step(this.recoveries > 0 ? "has some of what it missed" : "has some of the answer");
  }

  #finished(content: string): void {
    this.text ||= content;
    this.done = true;
    this.#step("has all of the answer");
  }
}

describe("the gateway, killed when a client", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
    stage.provider.script(() => ({ words: 60, intervalMs: 20 }));
  });
  afterAll(() => stage.close());

  it.each<[Step, cut: boolean]>([
    ["is about to connect", false],
    ["has connected", false],
    ["has asked to join", false],
    ["has joined", false],
    ["has sent its message", false],
    ["has its acknowledgement", false],
    ["has some of the answer", false],
    ["has all of the answer", false],
    ["is about to come back", true],
    ["has come back", true],
    ["has some of what it missed", true],
  ])("%s, leaves it with one message and the whole answer", async (fatal, cut) => {
    const ada = await stage.person(`ada-${fatal.replaceAll(" ", "-")}`);
    const conversation = await createConversation(stage.server.url, ada, []);
    let struck: Promise<void> | null = null;
    let wasCut = false;
    const asker = new Asker(stage.server.url, ada, conversation, (step) => {
      if (cut && !wasCut && step === "has some of the answer") {
        wasCut = true;
        asker.cut();
      }
      if (step === fatal) struck ??= stage.server.kill().then(() => stage.server.restart());
    });
    try {
      await until(() => asker.done && struck !== null, "it has the whole answer");
      await struck;
      const messages = await readMessages(stage.server.url, ada, conversation);
      expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
      expect([asker.text, asker.jumps]).toEqual([messages[1]?.content, 0]);
      expect(asker.ids.size).toBeLessThanOrEqual(2);
    } finally {
      asker.socket.disconnect();
    }
  });

  it("needed no fault of ours", () => expect(faultLines(stage.server.log)).toEqual([]));
});

describe.concurrent("a shard of the gateway", () => {
  let stage: Stage;
  const sockets: WebSocket[] = [];

  /** A connection without a library: its frames, and how it ended. */
  const open = (server: string, auth: object) => {
    const socket = new WebSocket(`${server.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    sockets.push(socket);
    const raw = { socket, frames: [] as string[], sid: "", status: 0, closed: false };
    socket.on("unexpected-response", (_, response) => {
      raw.status = response.statusCode ?? 0;
      response.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      raw.closed = true;
    });
    socket.on("message", (data) => {
      const frame = String(data);
      if (frame === "2") socket.send("3");
      if (frame.startsWith("0{")) {
        raw.sid = z.object({ sid: z.string() }).parse(JSON.parse(frame.slice(1))).sid;
        socket.send(`40${JSON.stringify(auth)}`);
      }
      raw.frames.push(frame);
    });
    return raw;
  };
  const Event = z.tuple([z.string(), z.looseObject({ content: z.string().optional() })]).rest(z.unknown());
  const said = (frames: readonly string[]): unknown[] =>
    frames.flatMap((frame) => {
      if (!frame.startsWith("42")) return [];
      const [event, payload] = Event.parse(JSON.parse(frame.slice(2)));
      return event === "new_message" ? [payload.content] : [];
    });

  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    for (const socket of sockets) socket.terminate();
    const faults = faultLines(stage.server.log);
    await stage.close();
    expect(faults).toEqual([]);
  });

  it("lets a thousand in that come at once, or tells them to come later; none hangs", async () => {
    const { url } = stage.server;
    const people = await Promise.all(Array.from({ length: 5 }, (_, i) => stage.person(`crowd-${i}`)));
    const crowd = Array.from({ length: 1_000 }, (_, i) => open(url, { token: people[i % 5]?.token }));
    const isIn = ({ frames }: { frames: string[] }) => frames.some((frame) => frame.startsWith('40{"sid"'));
    await until(() => crowd.every((one) => isIn(one) || one.status > 0), "everybody is answered", 60_000);
    expect(new Set(crowd.map(({ status }) => status).filter((status) => status > 0 && status !== 503))).toEqual(
      new Set(),
    );
    expect(crowd.filter(isIn).length).toBeGreaterThan(900);
    expect(new Set(crowd.filter(isIn).map(({ sid }) => sid.split(".")[0])).size).toBe(4);
    for (const { socket } of crowd) socket.terminate();
  });

  it("closes a client that stops reading before its memory fills, disturbs no other, and gives it the rest later", async () => {
    const { url } = stage.server;
    const [ada, bob] = [await stage.person("ada-reads"), await stage.person("bob-sleeps")];
    const conversation = await createConversation(url, ada, [bob]);
    const join = `42${JSON.stringify(["join_room", { conversation_id: conversation }])}`;
    const [reads, sleeps] = [open(url, { token: ada.token }), open(url, { token: bob.token })];
    for (const raw of [reads, sleeps]) {
      await until(() => raw.frames.some((frame) => frame.startsWith("40")), "it is connected");
      raw.socket.send(join);
      await until(() => raw.frames.some((frame) => frame.includes("joined_room")), "it has joined");
    }
    const { pid } = z
      .object({ pid: z.string() })
      .parse(JSON.parse(sleeps.frames.find((frame) => frame.startsWith("40"))?.slice(2) ?? ""));
    sleeps.socket.pause();
    const texts = Array.from({ length: 60 }, (_, i) => `${i} ${"x".repeat(60_000)}`);
    for (const text of texts) await postMessage(url, ada, conversation, text, { answer: false });
    await until(() => said(reads.frames).length === texts.length, "the one who reads has it all");
    expect(said(reads.frames)).toEqual(texts);
    expect(reads.closed).toBe(false);
    sleeps.socket.resume();
    await until(() => sleeps.closed, "the sleeper is closed");
    const heard = said(sleeps.frames);
    expect(heard.length).toBeLessThan(30);
    while (heard.length < texts.length) {
      const last: unknown = JSON.parse(sleeps.frames.findLast((frame) => frame.startsWith("42"))?.slice(2) ?? "[]");
      const offset = z.array(z.unknown()).parse(last).at(-1);
      const back = open(url, { token: bob.token, pid, offset });
      await until(() => heard.length + said(back.frames).length >= texts.length || back.closed, "it has the rest");
      heard.push(...said(back.frames));
      sleeps.frames.push(...back.frames);
    }
    expect(heard).toEqual(texts);
  });

  it("wakes to ping a quiet client and knows it again after a kill", async () => {
    const quiet = await openStage();
    try {
      const [ada, bob] = [await quiet.person("ada"), await quiet.person("bob")];
      const conversation = await createConversation(quiet.server.url, ada, [bob]);
      const raw = open(quiet.server.url, { token: ada.token });
      await until(() => raw.frames.some((frame) => frame.startsWith("40")), "it is connected");
      raw.socket.send(`42${JSON.stringify(["join_room", { conversation_id: conversation }])}`);
      // The shard sleeps ten seconds after its last event.
      await until(() => raw.frames.filter((frame) => frame === "2").length === 2, "it is pinged twice", 60_000);
      expect(raw.closed).toBe(false);
      const ids = raw.frames.find((frame) => frame.startsWith("40"))?.slice(2) ?? "";
      const { sid, pid } = z.object({ sid: z.string(), pid: z.string() }).parse(JSON.parse(ids));
      const last = z
        .array(z.unknown())
        .parse(JSON.parse(raw.frames.findLast((f) => f.includes("joined_room"))?.slice(2) ?? ""));
      await quiet.server.kill();
      await quiet.server.restart();
      await postMessage(quiet.server.url, bob, conversation, "Are you there?", { answer: false });
      const back = open(quiet.server.url, { token: ada.token, pid, offset: last.at(-1) });
      await until(() => said(back.frames).length > 0, "it has what it missed");
      expect(back.frames.find((frame) => frame.startsWith("40"))).toContain(sid);
      expect(said(back.frames)).toEqual(["Are you there?"]);
    } finally {
      await quiet.close();
    }
  });
});
