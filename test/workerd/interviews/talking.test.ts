// An interview over its sockets: the words of source 1 in their order, on Socket.IO and on the native WebSocket alike.
import { evictAllDurableObjects } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../conversation/conversation.ts";
import { type Person, person } from "../conversation/people.ts";
import { ioSocket, plainSocket, say, type TestSocket } from "./doors.ts";
import { session } from "./interviews.ts";

const SYSTEM = { type: "system", content: "Connected to AI Assistant. You can start chatting now." };
const STATUS = { type: "status", content: "Processing your message..." };

describe.each<[string, (who: Person, id: number) => Promise<TestSocket>]>([
  ["Socket.IO", ({ token }, session_id) => ioSocket({ token, session_id: String(session_id) })],
  ["WebSocket", ({ token }, id) => plainSocket(id, { token })],
])("over %s", (_, connect) => {
  const begun = async () => {
    const ada = await person();
    const { session_id } = await session(ada);
    const socket = await connect(ada, session_id);
    await socket.has("system");
    return { ada, session_id, socket };
  };

  it("a message is acknowledged by the status, its answer comes in tokens and whole", async () => {
    const { socket } = await begun();
    say(socket, "I'm not feeling well today");
    await socket.has("ai_response");
    const [first, second, ...rest] = socket.frames;
    expect([first, second]).toEqual([SYSTEM, STATUS]);
    expect(rest.at(-1)).toEqual({
      type: "ai_response",
      message_id: 2,
      content: { message: socket.text, isSummary: false },
      question_count: 1,
    });
    expect(socket.text).toContain("When did it begin");
    say(socket, "Yesterday");
    await socket.has("ai_response", 2);
    expect(socket.of("ai_response")[1]).toMatchObject({ message_id: 4, question_count: 2 });
  });

  it("an empty message is an error, and stored nowhere", async () => {
    const { socket, session_id } = await begun();
    for (const message of ["", "  ", null]) say(socket, message);
    await socket.has("error", 3);
    expect(new Set(socket.of("error").map(({ content }) => content))).toEqual(new Set(["message is required"]));
    expect(await rowsOf(session_id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 0 }]);
  });

  it("eight messages wait for their answers in order, a ninth is refused", async () => {
    const { socket } = await begun();
    for (let n = 1; n <= 10; n += 1) say(socket, `Number ${n}`);
    await socket.has("error");
    expect(socket.of("error")).toEqual([
      { type: "error", content: "Eight messages are waiting for an answer already." },
    ]);
    await socket.has("ai_response", 9);
    expect(socket.of("ai_response").map(({ question_count }) => question_count)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("who comes in mid-answer is told the status, the text so far and the rest", async () => {
    const { ada, session_id, socket } = await begun();
    say(socket, "It hurts");
    await socket.has(undefined, 3);
    const late = await connect(ada, session_id);
    await late.has("ai_response");
    expect(late.frames.slice(0, 2)).toEqual([SYSTEM, STATUS]);
    expect(late.text).toBe(late.of("ai_response")[0]?.content.message);
    await socket.has("ai_response");
    expect(socket.text).toBe(late.text);
  });

  it("a socket outlives the sleep of all that is behind it", async () => {
    const { socket } = await begun();
    await evictAllDurableObjects();
    say(socket, "Still there?");
    await socket.has("ai_response");
    expect(socket.frames.slice(0, 2)).toEqual([SYSTEM, STATUS]);
    expect(socket.text).toBe(socket.of("ai_response")[0]?.content.message);
    await evictAllDurableObjects();
    say(socket, "And now?");
    await socket.has("ai_response", 2);
  });
});

describe("a plain frame", () => {
  it("of more than a megabyte ends its socket, before it is read", async () => {
    const ada = await person();
    const { session_id } = await session(ada);
    const socket = await plainSocket(session_id, { token: ada.token });
    await socket.has("system");
    socket.send(JSON.stringify({ message: "x".repeat(1_000_001) }));
    await socket.ended();
    expect(socket.closed).toEqual({ code: 1009, reason: "" });
  });

  it.each([
    ["an object", '{"message":"It hurts"}', "It hurts"],
    ["a JSON string", '"It hurts"', "It hurts"],
    ["bare text", "It hurts", "It hurts"],
    ["a bare number, as the answer to how bad it is", "7", "7"],
  ])("that is %s is the patient's message", async (_, frame, content) => {
    const ada = await person();
    const { session_id } = await session(ada);
    const socket = await plainSocket(session_id, { token: ada.token });
    socket.send(frame);
    await socket.has("status");
    expect(await rowsOf(session_id, "SELECT content FROM message WHERE role = 'user'")).toEqual([{ content }]);
  });

  it.each(['{"message":"It hu', "[1, 2]", '"open', "{}"])(
    "that is %s is an error and nobody's words",
    async (frame) => {
      const ada = await person();
      const { session_id } = await session(ada);
      const socket = await plainSocket(session_id, { token: ada.token });
      await socket.has("system");
      socket.send(frame);
      await socket.has("error");
      expect(socket.closed).toBeNull();
      expect(await rowsOf(session_id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 0 }]);
    },
  );
});
