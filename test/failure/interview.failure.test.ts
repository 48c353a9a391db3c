// Interviews on the bare runtime with the scripted model: the clients of source 1 from log-in to a summary, and a server that
// is killed in mid-answer. What a client ends with is the stored message.
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import * as z from "zod";
import type { Message } from "../../src/protocol/entities.ts";
import { createInterview, logIn, type Person, readMessages } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { hasPython, PYTHON, run } from "../support/run.ts";
import { faultLines } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";

const Told = z.union([
  z.object({ type: z.literal("ai_response"), content: z.object({ message: z.string(), isSummary: z.boolean() }) }),
  z.object({ type: z.enum(["system", "status", "error"]), content: z.string() }),
  z.object({ type: z.undefined().optional(), token: z.string(), offset: z.int() }),
]);
type Told = z.infer<typeof Told>;

/** What a page shows: the answer begins at its status, and grows by its tokens. */
class Screen {
  told: Told[] = [];
  text = "";
  jumps = 0;

  show(payload: unknown): void {
    const told = Told.parse(payload);
    this.told.push(told);
    if (told.type === "status") this.text = "";
    if (told.type !== undefined) return;
    if (told.offset !== this.text.length) this.jumps += 1;
    this.text += told.token;
  }
  get response(): string | undefined {
    const found = this.told.findLast(({ type }) => type === "ai_response");
    return found?.type === "ai_response" ? found.content.message : undefined;
  }
}

interface Client {
  screen: Screen;
  say(message: string): void;
  close(): void;
}

function socketIo(url: string, { token }: Person, session_id: number): Client {
  const screen = new Screen();
  const quick = { reconnectionDelay: 50, reconnectionDelayMax: 100 };
  const socket = io(url, { auth: { token, session_id }, forceNew: true, transports: ["websocket"], ...quick });
  for (const event of ["ai_message", "ai_token"]) socket.on(event, (payload: unknown) => screen.show(payload));
  return { screen, say: (message) => void socket.emit("ai_message", { message }), close: () => socket.disconnect() };
}

/** Comes back by itself, as pages written for native WebSockets do. */
function plain(url: string, { token }: Person, session: number): Client {
  const screen = new Screen();
  let over = false;
  let socket: WebSocket;
  const connect = () => {
    socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/ai-assistant/ws/${session}?token=${token}`);
    socket.on("message", (data) => screen.show(JSON.parse(String(data))));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!over) setTimeout(connect, 50);
    });
  };
  connect();
  const close = () => {
    over = true;
    socket.close();
  };
  return { screen, say: (message) => socket.send(JSON.stringify({ message })), close };
}

describe("an interview", () => {
  let stage: Stage;
  const clients: Client[] = [];
  const server = () => stage.server.url;

  beforeAll(async () => {
    stage = await openStage({ INTERVIEW_MAX_QUESTIONS: "3" });
    stage.provider.script(() => ({ words: 40, intervalMs: 20 }));
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await stage.close();
  });
  const begun = async (name: string): Promise<[who: Person, session: number]> => {
    await stage.person(name);
    const who = await logIn(server(), name);
    return [who, await createInterview(server(), who)];
  };
  const answersOf = async (who: Person, session: number): Promise<Message[]> =>
    (await readMessages(server(), who, session)).filter(({ role }) => role === "assistant");

  it.each([
    ["Socket.IO", socketIo],
    ["WebSocket", plain],
  ] as const)("over %s whose server is killed in mid-answer ends with the stored message", async (name, connect) => {
    const [who, session] = await begun(`killed-${name}`);
    const client = connect(server(), who, session);
    clients.push(client);
    const { screen } = client;
    await until(() => screen.told.length > 0, "it is connected");
    client.say("How long?");
    await until(() => screen.text.length > 30, "the answer is being written");
    await stage.server.kill();
    await stage.server.restart();
    await until(() => screen.response !== undefined, "the answer is there", 60_000);
    const [answer] = await answersOf(who, session);
    expect([screen.response, screen.text, screen.jumps]).toEqual([answer?.content, answer?.content, 0]);
  });

  it.each([
    ["the client library", WebSocket],
    ["Node's own client", globalThis.WebSocket],
  ])(
    "over WebSocket is refused at once also for %s, which waits for the end of the connection",
    async (name, Client) => {
      const [, session] = await begun(`owner-${name}`.replace(/\W/g, "-"));
      const stranger = await stage.person(`stranger-${name}`.replace(/\W/g, "-"));
      const from = Date.now();
      const address = `${server().replace("http", "ws")}/api/v1/ai-assistant/ws/${session}?token=${stranger.token}`;
      const socket = new Client(address);
      const closed = await new Promise((resolve) => {
        socket.onclose = ({ code, reason }: { code: number; reason: string }) => resolve([code, reason]);
      });
      expect(closed).toEqual([1008, "Access denied"]);
      expect(Date.now() - from).toBeLessThan(5_000);
    },
  );

  describe("with a client of its own", () => {
    const PATIENT = ["My head aches", "Since Monday", "Here", "Like a hammer"];
    const cli = (token: string, session: number, args: string[], input = "", heard = (_: string) => {}) => {
      const all = ["--server", server(), "--token", token, "--session-id", String(session), ...args];
      return run(process.execPath, ["scripts/cli.mjs", ...all], { input, heard, env: { NODE_NO_WARNINGS: "1" } });
    };
    const python = (token: string, session: number | string, args: string[], input = "") => {
      const all = ["--url", server(), "--token", token, "--session-id", String(session), ...args];
      return run(PYTHON, ["test/clients/interview.py", ...all], { input });
    };

    it.skipIf(!hasPython)("in Python goes from log-in to the summary, line by line", async () => {
      const [who, session] = await begun("python");
      const { out, err, code } = await python(who.token, session, [], `${PATIENT.join("\n")}\nnever read\n`);
      const [one, two, three, summary] = await answersOf(who, session);
      expect(err).toBe("");
      expect(out.split("\n").filter((line) => !line.startsWith("status: "))).toEqual([
        "system: Connected to AI Assistant. You can start chatting now.",
        `question 1: ${one?.content}`,
        `question 2: ${two?.content}`,
        `question 3: ${three?.content}`,
        `summary: ${summary?.content}`,
        "",
      ]);
      expect([code, summary?.data]).toEqual([0, { is_summary: true }]);
    });

    it.skipIf(!hasPython)("in Python sends one message, and says why it is refused", async () => {
      const [who, session] = await begun("python-once");
      expect((await python(who.token, session, ["--message", "Hello"])).out).toContain("question 1: ");
      const other = await stage.person("python-other");
      const refusals: string[] = [];
      for (const [token, id, args] of [
        ["nonsense", session, []],
        [who.token, 987_654, []],
        [other.token, session, []],
        [who.token, session, ["--user-entity-id", "x"]],
      ] as const)
        refusals.push((await python(token, id, [...args, "--message", "Hello"])).out.trim());
      expect(refusals).toEqual([
        "refused: Authentication failed",
        "refused: Session not found",
        "refused: Access denied",
        "refused: Missing parameters",
      ]);
    });

    it("in the terminal goes line by line to the summary, and shows an answer whole though the server is killed", async () => {
      const [who, session] = await begun("terminal");
      let killed: Promise<void> | null = null;
      const kill = async () => {
        await stage.server.kill();
        await stage.server.restart();
      };
      const { out, err, code } = await cli(who.token, session, [], `${PATIENT.join("\n")}\nnever read\n`, (so_far) => {
        if (so_far.length > 40) killed ??= kill();
      });
      await killed;
      expect(err).toBe("Connected to AI Assistant. You can start chatting now.\n");
      expect([code, out]).toEqual([0, (await answersOf(who, session)).map(({ content }) => `${content}\n`).join("")]);
    });

    it("in the terminal sends one message, and says in one sentence why it is refused", async () => {
      const [who, session] = await begun("terminal-once");
      const sent = await cli(who.token, session, ["--message", "Hello"]);
      expect([sent.code, sent.out]).toEqual([0, `${(await answersOf(who, session))[0]?.content}\n`]);
      const other = await stage.person("terminal-other");
      const denied = await cli(other.token, session, ["--message", "Hello"]);
      expect([denied.code, denied.err]).toEqual([4, "Access denied\n"]);
      const wrong = await cli(who.token, session, ["--message", "Hello", "--user-entity-id", "987654"]);
      expect([wrong.code, wrong.err]).toEqual([4, "Access denied\n"]);
      expect((await run(process.execPath, ["scripts/cli.mjs", "--session-id", "1"])).code).toBe(2);
    });
  });

  it("needed no fault of ours", () => expect(faultLines(stage.server.log)).toEqual([]));
});
