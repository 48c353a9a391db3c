// The documents' own clients (test/clients) against the server as people start it: each from its log-in to a whole answer.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevServer, startDevServer } from "../support/dev-server.ts";
import { type FakeProvider, startFakeProvider } from "../support/fake-provider.ts";
import { signUp } from "../support/harness/api.ts";
import { harnessVariables } from "../support/harness/variables.ts";
import { hasPython, PYTHON, run } from "../support/run.ts";
import { faultLines } from "../support/server.ts";

/** As signUp gives it to everybody. */
const PASSWORD = "correct horse battery staple";
const QUESTION = "How long does tea steep?";

describe("a client of the documents, unchanged but for address and log-in", () => {
  const dir = mkdtempSync(join(tmpdir(), "edgewise-clients-"));
  let provider: FakeProvider;
  let server: DevServer;

  beforeAll(async () => {
    provider = await startFakeProvider();
    provider.script(({ messages }) => {
      const last = messages.at(-1);
      if (last?.role === "tool") return { text: `It is ${last.content}.` };
      if (last?.content !== "How warm is it?") return { text: "Two minutes." };
      return { tokens: [], calls: [{ id: "c1", name: "weather", arguments: '{"city":"Bern"}' }], finish: "tool_calls" };
    });
    server = await startDevServer({ dir, vars: harnessVariables(provider.url) });
  });
  afterAll(async () => {
    await server.stop();
    await provider.close();
    rmSync(dir, { recursive: true });
  });

  async function lines(command: string, program: string): Promise<string[]> {
    const username = program.replace(/\W/g, "-");
    await signUp(server.url, username);
    const login = ["--username", username, "--password", PASSWORD];
    const args = [`test/clients/${program}`, "--url", server.url, ...login, "--message", QUESTION];
    const { code, out, err } = await run(command, args);
    expect([code, err]).toEqual([0, ""]);
    return out.trimEnd().split("\n");
  }
  const node = (program: string) => lines(process.execPath, program);

  const chatted = [`user: ${QUESTION}`, "bot: Two minutes.", expect.stringMatching(/^joined: \d+$/)];

  it("chats with socket.io-client", async () => {
    const said = await node("chat.mjs");
    expect(said).toEqual(["connected: chat-mjs", ...chatted, expect.stringMatching(/^left: \d+$/)]);
  });

  it.skipIf(!hasPython)("chats in Python, with handlers of one argument", async () => {
    expect(await lines(PYTHON, "chat.py")).toEqual(["connected: chat-py", ...chatted]);
  });

  it("is interviewed with socket.io-client", async () => {
    const told = ["Connected to AI Assistant. You can start chatting now.", "Processing your message..."];
    expect(await node("interview.mjs")).toEqual([
      `system: ${told[0]}`,
      `status: ${told[1]}`,
      "question 1: Two minutes.",
    ]);
  });

  it.skipIf(!hasPython)("asks in a project in Python", async () => {
    expect(await lines(PYTHON, "documents.py")).toEqual([
      "joined: success",
      "received: processing",
      "sources: 0 of 0",
      "response: Two minutes.",
      "pong: int",
      "left: success",
      "error: chat_id is required",
    ]);
  });

  it.skipIf(!hasPython)("talks in a room and sends files in Python", async () => {
    expect(await lines(PYTHON, "file_rooms.py")).toEqual([
      "connected: True",
      "joined: True",
      `user: ${QUESTION}`,
      "bot: Two minutes.",
      "chunks: True",
      "file: [File attachment] Notes.TXT",
      "left: True",
    ]);
  });

  it.skipIf(!hasPython)("talks in an assistant room and runs its tool in Python", async () => {
    expect(await lines(PYTHON, "assistant_room.py")).toEqual([
      "joined: True",
      "sent: True",
      "bot: Two minutes.",
      "streamed: True",
      "call: weather Bern",
      'bot: It is {"celsius":20}.',
      "left: True",
    ]);
  });

  it("asks in a project, and sees what changes there", async () => {
    expect(await node("documents.mjs")).toEqual([
      "status: connected",
      "joined: success",
      "received: processing",
      "sources: 0 of 0",
      "model: openai:harness",
      "response: Two minutes.",
      "pong: number",
      "left: success",
      "updates: chat_created, chat_message_added, chat_message_added",
      "error: chat_id is required",
    ]);
  });

  it("talks and sends files with a SocketManager", async () => {
    expect(await node("file-rooms.mjs")).toEqual([
      "connected: success true",
      "joined: true",
      "typing: true",
      `user: ${QUESTION}`,
      "thinking: …",
      "bot: Two minutes.",
      "chunks: true",
      "uploaded: 201",
      "file: Check out this file: Notes.TXT txt 3",
      "content: tea",
      "left: true",
    ]);
  });

  it("talks in an assistant room, logged in by its cookie alone", async () => {
    expect(await node("assistant-room.mjs")).toEqual([
      "found: null",
      "created: true openai:harness",
      "joined: true",
      "sent: true",
      "one answer: true",
      "type: sbaw.text_message.assistant",
      "bot: Two minutes.",
      "streamed: true",
      "call: weather Bern",
      'bot: It is {"celsius":20}.',
      "found: true",
      "stopped: true",
      "nothing to stop: Nothing is being answered here: there is nothing to stop.",
      "left: true",
    ]);
  });

  it("needed no fault of ours", () => expect(faultLines(server.log)).toEqual([]));
});
