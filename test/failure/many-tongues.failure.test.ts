// One conversation, many tongues: our own client writes, and everybody else sees the same in the words of his system, until
// he is shown out. In JavaScript and in Python.
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { openConversation } from "../../src/client/conversation.ts";
import { systemEnvironment } from "../../src/client/environment.ts";
import type { ConversationHandle } from "../../src/client/types.ts";
import { logIn, type Person, postTicket, readMessages } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { hasPython, PYTHON, type Ran, run } from "../support/run.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { Screen, TONGUES } from "../support/tongues.ts";

const NAMES = ["chat", "assistant rooms", "documents", "file rooms"] as const;
type Name = (typeof NAMES)[number];
const RoomCreated = z.object({ room_id: z.string() });
const Acknowledged = z.object({ ok: z.literal(true), conversation_id: z.int() });
const History = z.object({ messages: z.array(z.looseObject({ id: z.int(), content: z.string() })) });

/** During the answer to this Bob is shown out. */
const LAST = "Is he gone?";

/** Bob, in one system: what his page shows, and all that it was told. */
class Listener {
  readonly socket: Socket;
  readonly screen: Screen;
  readonly told: [event: string, payload: unknown][] = [];

  constructor(url: string, { token }: Person, name: Name) {
    this.screen = new Screen(name);
    const { namespace } = TONGUES[name];
    this.socket = io(url + namespace, { auth: { token }, forceNew: true, transports: ["websocket"] });
    this.socket.onAny((event: string, payload: unknown) => {
      this.told.push([event, payload]);
      this.screen.show(event, payload);
    });
  }
  ask = (event: string, payload: object): Promise<unknown> => this.socket.timeout(20_000).emitWithAck(event, payload);
  of = (event: string): unknown[] => this.told.flatMap(([name, payload]) => (name === event ? [payload] : []));
}

describe("a conversation of our own client", () => {
  let stage: Stage;
  let ada: Person;
  let conversation: number;
  let room_id: string;
  let native: ConversationHandle;
  let python: { over: Promise<Ran>; heard(): [Name, string | null][] };
  const bob = new Map<Name, Listener>();
  const listeners = () => [...bob.values()];
  const listener = (name: Name): Listener => {
    const found = bob.get(name);
    if (!found) throw new Error(`Nobody listens to ${name}.`);
    return found;
  };
  const stored = () => readMessages(stage.server.url, ada, conversation);
  /** What was told of the conversation, without answers to what was asked. */
  /** But for what was asked for, and who is here: that is gathered, and told when it may. */
  const news = () =>
    listeners().map(({ told }) => told.filter(([event]) => !["history", "error", "presence"].includes(event)));
  const isIdle = () => [...native.state.turns.values()].every(({ state }) => state === "finished");
  const answered = (count: number) =>
    until(
      () =>
        listeners().every(({ screen }) => screen.answers.length === count) &&
        listener("assistant rooms").told.at(-1)?.[0] === `receive_message ${room_id}` &&
        isIdle() &&
        (!hasPython || NAMES.every((name) => python.heard().filter(([one]) => one === name).length === count + 1)),
      `everybody has ${count} answers`,
    );

  beforeAll(async () => {
    stage = await openStage();
    stage.provider.script(({ messages }) =>
      messages.at(-1)?.content?.includes(LAST) ? { words: 60, intervalMs: 20 } : { words: 20, intervalMs: 5 },
    );
    const { url } = stage.server;
    const guest = await stage.person("bob");
    await stage.person("ada");
    ada = await logIn(url, "ada");
    const maker = io(`${url}/assistant/realtime`, { auth: { token: ada.token }, forceNew: true });
    const created = new Promise<unknown>((resolve) => maker.once("room_created tea", resolve));
    const wish = { chat_id: "tea", model_api_source: "aisuite", model_id: "openai:harness" };
    conversation = Acknowledged.parse(await maker.emitWithAck("create_room", wish)).conversation_id;
    ({ room_id } = RoomCreated.parse(await created));
    maker.disconnect();
    native = openConversation({
      host: url,
      conversationId: conversation,
      ticket: () => postTicket(url, ada, conversation),
      environment: systemEnvironment,
    });
    await until(() => native.state.status.state === "live", "our own client is live");
    await native.configure({ title: "Tea" });
    await native.addMember(guest.id);
    const joins: Record<Name, [event: string, payload: object]> = {
      chat: ["join_conversation", { conversation_id: conversation }],
      "assistant rooms": ["join_room", { room_id }],
      documents: ["join_chat", { chat_id: conversation }],
      "file rooms": ["join_room", { conversation_id: conversation }],
    };
    for (const name of NAMES) {
      bob.set(name, new Listener(url, guest, name));
      expect(await listener(name).ask(...joins[name])).toMatchObject({ ok: true });
    }
    let printed = "";
    const heard = () =>
      printed
        .trimEnd()
        .split("\n")
        .filter(Boolean)
        .map((line) => z.tuple([z.enum(NAMES), z.string().nullable()]).parse(JSON.parse(line)));
    const login = ["--url", url, "--username", "bob", "--password", "correct horse battery staple"];
    const place = ["--conversation", String(conversation), "--room", room_id, "--answers", "3"];
    const over = hasPython
      ? run(PYTHON, ["test/clients/listener.py", ...login, ...place], { heard: (all) => (printed = all) })
      : Promise.resolve({ code: 0, out: "", err: "" });
    python = { over, heard };
    if (hasPython) await until(() => heard().length === NAMES.length, "Python has joined in each");
  });
  afterAll(async () => {
    native.close();
    for (const { socket } of listeners()) socket.disconnect();
    await stage.close();
  });

  const expectSame = async (count: number) => {
    await answered(count);
    const answer = (await stored()).findLast(({ role }) => role === "assistant");
    expect(native.state.messages.findLast(({ role }) => role === "assistant")?.content).toBe(answer?.content);
    for (const name of NAMES) expect([name, listener(name).screen.answers.at(-1)]).toEqual([name, answer?.content]);
    for (const name of hasPython ? NAMES : [])
      expect([name, python.heard().findLast(([one]) => one === name)?.[1]]).toEqual([name, answer?.content]);
    return answer?.id;
  };

  it("is followed in four others: a message, and its answer", async () => {
    await native.send("How long?");
    await expectSame(1);
    expect(listener("chat").of("conversation")).toMatchObject([{ user_message: { id: 1, content: "How long?" } }]);
    expect(listener("file rooms").of("new_message")).toMatchObject([{ message_id: 1, content: "How long?" }]);
    expect(listener("documents").of("message_received")).toEqual([{ chat_id: conversation, status: "processing" }]);
    expect(listener("assistant rooms").of(`receive_message ${room_id}`)).toMatchObject([
      { type: "sbaw.text_message.user", data: { id: 1, content: "How long?" } },
      { type: "sbaw.text_message.assistant" },
    ]);
  });

  it("shows the answer to a message that was edited", async () => {
    await native.edit(1, "How long does tea steep?");
    const id = await expectSame(2);
    expect(listener("chat").of("conversation").at(-1)).toMatchObject({
      user_message: { id: 1, content: "How long does tea steep?" },
      assistant_responses: [{ id }],
    });
    expect(listener("file rooms").of("ai_response_complete").at(-1)).toMatchObject({ message_id: id });
  });

  it("shows nothing any more of a message that was deleted, nor tells of it", async () => {
    const before = news();
    await native.remove(1);
    const page = History.parse(await listener("chat").ask("history", { conversation_id: conversation }));
    expect(page.messages.map(({ id, content }) => [id, content])).toContainEqual([1, ""]);
    expect(news()).toEqual(before);
  });

  it("ends for everybody who is shown out", async () => {
    await native.send("Good-bye.");
    await expectSame(3);
    expect(await python.over).toMatchObject({ code: 0, err: "" });
    await native.send(LAST);
    const begun = ({ text, answers }: Screen) => text.length > 30 && text !== answers.at(-1);
    await until(() => listeners().every(({ screen }) => begun(screen)), "everybody is shown its beginning");
    const guest = native.state.members.find(({ role }) => role === "member");
    await native.removeMember(guest?.user_id ?? 0);
    const lastWords: Record<Name, string[]> = {
      chat: ["error", "left_conversation"],
      "assistant rooms": [`stream_error ${room_id}`, "message_error", `error ${room_id}`, "room_left"],
      documents: ["message_complete", "error"],
      "file rooms": ["ai_response_error", "error", "left_room"],
    };
    const heard = (name: Name) => listener(name).told.map(([event]) => event);
    for (const name of NAMES) {
      const words = lastWords[name];
      await until(() => heard(name).at(-1) === words.at(-1), `${name} says that it is over`);
      expect(heard(name).slice(-words.length)).toEqual(words);
    }
    const before = news();
    await until(() => isIdle() && native.state.messages.at(-1)?.role === "assistant", "it is answered");
    const asked = await listener("chat").ask("history", { conversation_id: conversation });
    expect(asked).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(news()).toEqual(before);
  });

  it("needed no fault of ours", () => expect(faultLines(stage.server.log)).toEqual([]));
});
