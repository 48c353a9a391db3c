// An answer that is disturbed while it is written, in each vocabulary: what a page of that system then shows is the stored
// message. Pages are written as the sources' documents have them: a new start joins again, and a text begins at its opening.
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { openConversation } from "../../src/client/conversation.ts";
import { systemEnvironment } from "../../src/client/environment.ts";
import { callsOf } from "../../src/protocol/tools.ts";
import {
  createConversation,
  createInterview,
  logIn,
  type Person,
  postTicket,
  readMessages,
} from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { killObject } from "../support/mortal.ts";
import { hasPython, PYTHON, run } from "../support/run.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { Screen, TONGUES, type TongueName } from "../support/tongues.ts";

const QUESTION = "How long?";
const Acknowledged = z.object({ ok: z.literal(true), conversation_id: z.int().optional() });

interface Manners {
  /** Joins; the number of its conversation. */
  join(page: Page): Promise<number>;
  ask(page: Page): [event: string, payload: object];
}

const MANNERS: Record<TongueName, Manners> = {
  interview: {
    join: async ({ session }) => session,
    ask: () => ["ai_message", { message: QUESTION }],
  },
  chat: {
    join: ({ room, emit }) => emit("join_conversation", { conversation_id: room }),
    ask: ({ room }) => ["chat", { conversation_id: room, message: QUESTION }],
  },
  "assistant rooms": {
    async join({ emit, following, room_id }) {
      const wish = { chat_id: "chat", model_api_source: "aisuite", model_id: "openai:harness" };
      const created = following("room_created chat");
      const room = await emit("create_room", wish);
      Object.assign(room_id, await created);
      await emit("join_room", room_id);
      return room;
    },
    ask: ({ room_id }) => ["send_message", { ...room_id, message: QUESTION }],
  },
  documents: {
    join: ({ room, emit }) => emit("join_chat", { chat_id: room }),
    ask: ({ room }) => ["send_message", { chat_id: room, message: QUESTION }],
  },
  "file rooms": {
    join: ({ room, emit }) => emit("join_room", { conversation_id: room }),
    ask: ({ room }) => ["send_message", { conversation_id: room, message: QUESTION }],
  },
};
const NAMES: readonly TongueName[] = ["interview", "chat", "assistant rooms", "documents", "file rooms"];

/** What one person's page shows, over all its connections. */
class Page {
  readonly screen: Screen;
  ids = new Set<string>();
  recovered = 0;
  joined = 0;
  conversation = 0;
  readonly room_id = {};
  socket: Socket;
  constructor(
    readonly url: string,
    readonly tongue: TongueName,
    readonly who: Person,
    readonly session: number,
    readonly room: number,
  ) {
    this.screen = new Screen(tongue);
    this.socket = this.#open();
  }

  /** The person loads the page anew: nothing of it is left. */
  reload(): void {
    this.socket.disconnect();
    this.screen.text = "";
    this.socket = this.#open();
  }
  /** Its line is cut, and it forgets with what it could go on. */
  breakOff(): void {
    this.socket.io.reconnection(false);
    Reflect.set(this.socket, "_lastOffset", "never");
    this.socket.io.engine.close();
  }
  answered(url: string): Promise<void> {
    const ended = async () => (await readMessages(url, this.who, this.conversation)).at(-1)?.role === "assistant";
    return until(ended, `the answer in ${this.tongue} has ended`, 60_000);
  }
  readonly emit = async (event: string, payload: object): Promise<number> => {
    const answer = Acknowledged.parse(await this.socket.timeout(20_000).emitWithAck(event, payload));
    return answer.conversation_id ?? 0;
  };
  readonly following = (event: string): Promise<unknown> => new Promise((resolve) => this.socket.once(event, resolve));

  #open(): Socket {
    const { tongue, who, session, url } = this;
    const auth = { token: who.token, ...(tongue === "interview" ? { session_id: session } : {}) };
    const quick = { reconnectionDelay: 50, reconnectionDelayMax: 100 };
    const options = { auth, forceNew: true, transports: ["websocket"], ...quick };
    const socket = io(url + TONGUES[tongue].namespace, options);
    socket.onAny((event: string, payload: unknown) => this.screen.show(event, payload));
    socket.on("connect", () => {
      this.ids.add(socket.id ?? "");
      if (socket.recovered) this.recovered += 1;
      else this.#join().catch(() => {}); // cut off meanwhile: it joins when it is connected again
    });
    return socket;
  }
  async #join(): Promise<void> {
    this.conversation = await MANNERS[this.tongue].join(this);
    this.joined += 1;
  }
}

interface Fault {
  what: string;
  strike(pages: readonly Page[], stage: Stage): Promise<void> | void;
  /** It comes back as the same, or as a new one; null: it notices nothing. */
  recovers: boolean | null;
}
const FAULTS: readonly Fault[] = [
  {
    what: "its transport breaks",
    strike: (pages) => {
      for (const { socket } of pages) socket.io.engine.close();
    },
    recovers: true,
  },
  {
    what: "its page is loaded anew",
    strike: (pages) => {
      for (const page of pages) page.reload();
    },
    recovers: false,
  },
  {
    what: "it comes back with nothing that is still known, as after two minutes",
    strike: (pages) => {
      for (const { socket } of pages) {
        Reflect.set(socket, "_lastOffset", "never");
        socket.io.engine.close();
      }
    },
    recovers: false,
  },
  {
    what: "it comes back as a new one when the answer has ended",
    strike: async (pages, { server }) => {
      for (const page of pages) page.breakOff();
      for (const page of pages) await page.answered(server.url);
      for (const { socket } of pages) socket.connect();
    },
    recovers: false,
  },
  {
    what: "it comes back as a new one to a server that was killed and has ended the answer",
    strike: async (pages, { server }) => {
      for (const page of pages) page.breakOff();
      await server.kill();
      await server.restart();
      for (const page of pages) await page.answered(server.url);
      for (const { socket } of pages) socket.connect();
    },
    recovers: false,
  },
  {
    what: "the server is killed",
    strike: async (_, { server }) => {
      await server.kill();
      await server.restart();
    },
    recovers: true,
  },
  {
    what: "its gateway object is killed",
    strike: async (pages, { server }) => {
      const shards = new Set(pages.map(({ socket }) => socket.io.engine.id.split(".")[0] ?? ""));
      for (const shard of shards) await killObject(server.url, "GATEWAY", shard);
    },
    recovers: true,
  },
  {
    what: "its conversation object is killed",
    strike: async (pages, { server }) => {
      for (const { conversation } of pages) await killObject(server.url, "CONVERSATION", String(conversation));
      // Its alarm would wake it within 20 s; whoever looks does at once.
      for (const { who, conversation } of pages) await readMessages(server.url, who, conversation);
    },
    recovers: null,
  },
];

describe("a client in mid-answer", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({}, { mortal: true });
    stage.provider.script(({ messages }) => {
      const last = messages.at(-1);
      if (last?.role === "tool") return { text: `It is ${last.content}.` };
      if (last?.content !== "How warm?") return { words: 60, intervalMs: 20 };
      return { tokens: [], calls: [{ id: "c1", name: "weather", arguments: "{}" }], finish: "tool_calls" };
    });
  });
  afterAll(() => stage.close());

  describe.each(FAULTS)("$what and", ({ what, strike, recovers }) => {
    const pages = new Map<TongueName, Page>();

    beforeAll(async () => {
      const { url } = stage.server;
      for (const name of NAMES) {
        const username = `${name} ${what}`.replace(/\W/g, "-").slice(0, 60);
        await stage.person(username);
        const who = await logIn(url, username);
        const interview = name === "interview" ? await createInterview(url, who) : 0;
        const room = await createConversation(url, who, []);
        pages.set(name, new Page(url, name, who, interview, room));
      }
      const all = [...pages.values()];
      await until(() => all.every(({ joined }) => joined > 0), "all have joined");
      for (const page of all) page.socket.emit(...MANNERS[page.tongue].ask(page));
      await until(() => all.every(({ screen }) => screen.text.length > 30), "all are being answered");
      await strike(all, stage);
      await until(() => all.every(({ screen }) => screen.answers.length > 0), "all have their answers", 60_000);
    }, 120_000);
    afterAll(() => {
      for (const { socket } of pages.values()) socket.disconnect();
    });

    it.each(NAMES)("ends with the stored message (%s)", async (name) => {
      const page = pages.get(name);
      if (!page) throw new Error("It was never opened.");
      const messages = await readMessages(stage.server.url, page.who, page.conversation);
      expect(messages.filter(({ role }) => role !== "system").map(({ role }) => role)).toEqual(["user", "assistant"]);
      expect(page.screen.answers).toEqual([messages.at(-1)?.content]);
      expect([page.recovered, page.ids.size]).toEqual(recovers === false ? [0, 2] : [recovers ? 1 : 0, 1]);
    });
  });

  it.skipIf(!hasPython)("has it in Python, too, when it comes back after its end", async () => {
    const { url } = stage.server;
    await stage.person("python");
    const who = await logIn(url, "python");
    const room = await createConversation(url, who, []);
    const login = ["--url", url, "--username", "python", "--password", "correct horse battery staple"];
    const ran = await run(PYTHON, ["test/clients/comeback.py", ...login, "--conversation", String(room)]);
    const stored = (await readMessages(url, who, room)).at(-1)?.content;
    expect(ran).toEqual({ code: 0, err: "", out: `answer: ${stored}\nchunks: True\n` });
  });

  it.each(["loads its page anew", "comes for the first time"])(
    "waits for a tool that whoever %s is asked to run",
    async (who) => {
      const username = `ada-who-${who.replaceAll(" ", "-")}`;
      await stage.person(username);
      const ada = await logIn(stage.server.url, username);
      const wish = { chat_id: "c", model_api_source: "aisuite", model_id: "openai:harness" };
      const tools = [{ name: "weather", description: "", parameters: {} }];
      const open = async () => {
        const socket = io(`${stage.server.url}/assistant/realtime`, { auth: { token: ada.token }, forceNew: true });
        const heard = (event: string) => new Promise<unknown>((resolve) => socket.once(event, resolve));
        const created = heard("room_created c");
        socket.emit("create_room", { ...wish, tools });
        const { room_id } = z.object({ room_id: z.string() }).parse(await created);
        const called = heard(`function_call ${room_id}`);
        await socket.timeout(20_000).emitWithAck("join_room", { room_id });
        return { socket, room_id, called, heard };
      };
      const before = await open();
      before.socket.emit("send_message", { room_id: before.room_id, message: "How warm?" });
      const call = await before.called;
      if (who === "loads its page anew") before.socket.disconnect();
      const { socket, room_id, called, heard } = await open();
      expect(await called).toEqual(call);
      const ended = heard(`stream_end ${room_id}`);
      socket.emit(`function_result ${room_id}`, { call_id: "c1", result: { celsius: 20 } });
      await ended;
      const found: unknown = await socket.timeout(20_000).emitWithAck("find_chat", { chat_id: "c" });
      const { conversation_id } = Acknowledged.parse(found);
      const messages = await readMessages(stage.server.url, ada, conversation_id ?? 0);
      expect(messages.at(-1)?.content).toBe('It is {"celsius":20}.');
      for (const one of [before, { socket }]) one.socket.disconnect();
    },
  );

  it("waits for a tool that our own client runs too", async () => {
    await stage.person("ada-native");
    const ada = await logIn(stage.server.url, "ada-native");
    const socket = io(`${stage.server.url}/assistant/realtime`, { auth: { token: ada.token }, forceNew: true });
    const tools = [{ name: "weather", description: "", parameters: {} }];
    const wish = { chat_id: "c", model_api_source: "aisuite", model_id: "openai:harness", tools };
    const { conversation_id = 0 } = Acknowledged.parse(await socket.emitWithAck("create_room", wish));
    const native = openConversation({
      host: stage.server.url,
      conversationId: conversation_id,
      ticket: () => postTicket(stage.server.url, ada, conversation_id),
      environment: systemEnvironment,
    });
    await native.send("How warm?");
    const call = () => native.state.messages.flatMap(callsOf)[0];
    await until(() => call() !== undefined, "the model calls");
    await native.toolResult(call()?.call_id ?? "", { result: { celsius: 20 } });
    await until(() => native.state.messages.at(-1)?.content === 'It is {"celsius":20}.', "the model goes on");
    native.close();
    socket.disconnect();
  });

  it("needed no fault of ours", () => {
    // A request that was with an object when it was killed says so.
    const ours = faultLines(stage.server.log).filter((line) => !line.includes("killed by a test"));
    expect(ours).toEqual([]);
  });
});
