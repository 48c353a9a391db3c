// A message is kept once, whoever sends it again, and its answers come one after the other (R1, R3, R5).
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { call, errorOf } from "../http/client.ts";
import { callsOf, conversation, gate, ledger, objectOf, openGate, reached, rowsOf, scripted } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { ADA, finish, inRig, principal, type Rig, says, stalls } from "./rig.ts";
import { open } from "./socket.ts";

async function begun(): Promise<{ ada: Person; id: number }> {
  const ada = await person();
  return { ada, id: await conversation(ada) };
}

const TABLES = ["message", "event", "turn", "receipt"];
/** How many rows each table has. */
const stored = ({ storage }: Rig) =>
  storage.sql.exec(`SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`)}`).one();

describe("message.send", () => {
  it("is acknowledged once it is durable, and everybody sees it", async () => {
    const { ada, id } = await begun();
    const [one, two] = [await open(id, ada.token), await open(id, ada.token)];
    const sent = await one.say("Hello", { client_id: "k1", answer: false });
    expect(sent).toEqual({ ok: true, message_id: 1, seq: 3, repeated: false });
    const seen = await two.event("message.created");
    expect(seen.message).toMatchObject({
      ...{ id: 1, role: "user", author: { user_id: ada.id, name: ada.name }, content: "Hello", client_id: "k1" },
    });
    expect(await rowsOf(id, "SELECT content FROM message")).toEqual([{ content: "Hello" }]);
  });

  it("has the message, its event, its turn and its receipt written when it answers", () =>
    inRig((rig) => {
      rig.attempts = [stalls()];
      expect(rig.ask("Hello", ADA, { client_id: "k1" })).toMatchObject({ ok: true });
      expect(stored(rig)).toEqual({ message: 1, event: 3, turn: 1, receipt: 1 });
    }));

  it("that fails half-way leaves nothing, and no gap in the numbers", () =>
    inRig((rig) => {
      const before = stored(rig);
      const add = rig.journal.addReceipt;
      rig.journal.addReceipt = () => {
        throw new Error("SQLITE_FULL");
      };
      expect(() => rig.ask("Hello", ADA, { answer: false })).toThrow("SQLITE_FULL");
      expect(stored(rig)).toEqual(before);
      rig.journal.addReceipt = add;
      expect(rig.ask("Hello", ADA, { answer: false })).toMatchObject({ value: { message_id: 1, seq: 2 } });
      expect(rig.events().map(({ seq }) => seq)).toEqual([1, 2]);
    }));

  it("repeated gets the first result, on any connection and after a restart", async () => {
    const { ada, id } = await begun();
    const message = { client_id: "k1", model: scripted("Hi") };
    const first = await open(id, ada.token);
    const sent = await first.say("Hello", message);
    await first.event("turn.finished");
    const again = await open(id, ada.token);
    expect(await again.say("Hello", message)).toEqual({ ...sent, repeated: true });
    await evictDurableObject(objectOf(id));
    expect(await again.say("Hello", message)).toEqual({ ...sent, repeated: true });
    const posted = await call(`/api/v1/conversations/${id}/messages`, {
      token: ada.token,
      body: { content: "Hello" },
      headers: { "idempotency-key": "k1" },
    });
    expect(await posted.json()).toMatchObject({ message: { id: 1 }, turn: { id: 1 }, answer: { content: "Hi" } });
    expect(await rowsOf(id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 2 }]);
    expect(await callsOf(message.model)).toHaveLength(1);
  });

  it("with another text under the same client_id is a conflict", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    await socket.say("Hello", { client_id: "k1", answer: false });
    expect(await socket.say("Hullo", { client_id: "k1", answer: false })).toMatchObject({
      ok: false,
      error: { code: "conflict", field: "client_id" },
    });
    expect(await socket.say("Hello", { client_id: "k1", answer: false, reply_to: 1 })).toMatchObject({ ok: false });
    expect(await rowsOf(id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 1 }]);
  });

  it("from two people under the same client_id is two messages", () =>
    inRig(
      (rig) => {
        const sent = [1, 2].map((id) => rig.ask("Hi", principal(id), { client_id: "k1", answer: false }));
        expect(sent.map((one) => one.ok && one.value.message_id)).toEqual([1, 2]);
      },
      {},
      [
        [1, "owner"],
        [2, "member"],
      ],
    ));

  it("raced a hundred times on two sockets is one message and one turn", async () => {
    const { ada, id } = await begun();
    const sockets = [await open(id, ada.token), await open(id, ada.token)];
    const held = gate();
    const message = { content: "Hello", client_id: "k1", model: scripted(`~${held}`) };
    const replies = await Promise.all([
      ...sockets.flatMap((socket) => Array.from({ length: 20 }, () => socket.say("Hello", message))),
      ...Array.from({ length: 60 }, async () => {
        const sent = await objectOf(id).send(ada.principal, message);
        return sent.ok ? sent.value : null;
      }),
    ]);
    expect(replies.filter((reply) => reply?.repeated === false)).toHaveLength(1);
    expect(new Set(replies.map((reply) => `${reply?.message_id} ${reply?.turn_id} ${reply?.seq}`))).toEqual(
      new Set(["1 1 3"]),
    );
    expect(await rowsOf(id, "SELECT count(*) AS n FROM message")).toEqual([{ n: 1 }]);
    expect(await rowsOf(id, "SELECT count(*) AS n FROM turn")).toEqual([{ n: 1 }]);
    await openGate(held);
  });

  it.each([
    ["an empty text", { content: "" }, "content", "invalid"],
    ["a blank text", { content: " \n\t" }, "content", "invalid"],
    ["half a surrogate pair", { content: "a\ud800b" }, "content", "invalid"],
    ["the character NUL", { content: "a\0b" }, "content", "invalid"],
    ["more than 64 KiB", { content: "é".repeat(32_769) }, "content", "too_large"],
    ["no client_id", { content: "Hi", client_id: undefined }, "client_id", "invalid"],
    ["a client_id of 65 characters", { content: "Hi", client_id: "x".repeat(65) }, "client_id", "invalid"],
    ["an unknown model", { content: "Hi", model: "nobody:nothing" }, "model", "invalid"],
    ["a temperature above 2", { content: "Hi", temperature: 2.1 }, "temperature", "invalid"],
    ["a message replied to that is not there", { content: "Hi", reply_to: 9 }, "reply_to", "not_found"],
    ["files that are not there", { content: "Hi", file_ids: [1] }, "file_ids", "not_found"],
  ])("with %s is refused and leaves nothing", async (_, message, field, code) => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    const reply = await socket.command({ type: "message.send", client_id: "k1", ...message });
    expect(reply).toMatchObject({ ok: false, error: { code, field } });
    expect(await rowsOf(id, "SELECT (SELECT count(*) FROM message) AS m, (SELECT max(seq) FROM event) AS s")).toEqual([
      { m: 0, s: 2 },
    ]);
    expect((await socket.say("Well", { answer: false })).ok).toBe(true);
  });

  it("keeps any other text byte for byte", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    const text = ` \t${String.fromCharCode(...Array.from({ length: 126 }, (_, i) => i + 1))} 😀 e\u0301 \u202e \ufeff \uffff ${"漢".repeat(100)}\n `;
    await socket.say(text, { answer: false });
    expect((await socket.event("message.created")).message.content).toBe(text);
    expect((await open(id, ada.token)).snapshot?.messages[0]?.content).toBe(text);
  });
});

describe("answers", () => {
  it("come in the order of their questions, one at a time", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    const held = gate();
    await socket.say("One?", { model: scripted(`~${held}|First`) });
    await socket.say("Two?", { model: scripted("Second") });
    await socket.say("Three?", { model: scripted("Third") });
    await reached(held);
    expect((await ledger(id, ada)).map(({ state }) => state)).toEqual(["running", "queued", "queued"]);
    await openGate(held);
    await socket.event("turn.finished", ({ turn }) => turn.id === 3);
    const turns = socket.events.filter(({ type }) => type.startsWith("turn."));
    expect(turns.map((event) => `${event.type} ${"turn" in event ? event.turn.id : ""}`)).toEqual([
      ...[
        "turn.started 1",
        "turn.finished 1",
        "turn.started 2",
        "turn.finished 2",
        "turn.started 3",
        "turn.finished 3",
      ],
    ]);
    const { messages } = (await open(id, ada.token)).snapshot ?? {};
    expect(messages?.map(({ id, content }) => `${id} ${content}`)).toEqual([
      ...["1 One?", "2 First", "3 Two?", "4 Three?", "5 Second", "6 Third"],
    ]);
  });

  it("of queued questions are asked for with what stood before each question", () =>
    inRig(async (rig) => {
      rig.attempts = [says("A1", finish()), says("A2", finish())];
      rig.ask("Q1");
      rig.ask("Q2");
      await rig.pass(100);
      expect(rig.requests.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
        ["Q1"],
        ["Q1", "A1", "Q2"],
      ]);
    }));

  it("wait in a queue of eight: one more is busy, and nothing of it is stored", () =>
    inRig(async (rig) => {
      rig.attempts = Array.from({ length: 9 }, () => stalls());
      for (let i = 0; i < 9; i += 1) expect(rig.ask(`q${i}`)).toMatchObject({ ok: true });
      const { seq } = rig.journal;
      expect(rig.ask("q9")).toMatchObject({ ok: false, error: { code: "busy", retry_after_ms: 2_000 } });
      expect(rig.journal.seq).toBe(seq);
      expect(rig.ask("no answer wanted", undefined, { answer: false })).toMatchObject({ ok: true });
    }));

  it("come only when wanted: always, when mentioned, or never", () =>
    inRig(async (rig) => {
      const asked = async (mode: "always" | "mention" | "off", content: string, answer?: boolean) => {
        await rig.room.command(principal(1), { type: "configure", ref: 1, assistant_mode: mode });
        rig.attempts = [says("Yes", finish())];
        const sent = rig.ask(content, undefined, answer === undefined ? {} : { answer });
        await rig.pass(50);
        return sent.ok && sent.value.turn_id !== undefined;
      };
      expect(await asked("always", "Hi")).toBe(true);
      expect(await asked("always", "Hi", false)).toBe(false);
      expect(await asked("mention", "Hi")).toBe(false);
      expect(await asked("mention", "mail@assistant.org")).toBe(false);
      expect(await asked("mention", "Say, @Assistant, who are you?")).toBe(true);
      expect(await asked("off", "@assistant")).toBe(false);
      expect(await asked("off", "Hi", true)).toBe(true);
    }));

  it("are waited for by a POST, or not", async () => {
    const { ada, id } = await begun();
    const held = gate();
    const body = { content: "Hi", model: scripted(`~${held}|Hello`) };
    const now = await call(`/api/v1/conversations/${id}/messages?wait=false`, {
      token: ada.token,
      body: { ...body, client_id: "k" },
    });
    expect(now.status).toBe(202);
    expect(await now.json()).toMatchObject({ message: { id: 1 }, turn: { id: 1, state: "running" }, answer: null });
    const whole = call(`/api/v1/conversations/${id}/messages`, { token: ada.token, body: { ...body, client_id: "k" } });
    await reached(held);
    await openGate(held);
    expect(await (await whole).json()).toMatchObject({ turn: { state: "finished" }, answer: { content: "Hello" } });
  });
});

describe("turn.cancel", () => {
  it("keeps the text so far and is the last word on that turn", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    const held = gate();
    const model = scripted(`Half|~${held}| and all`);
    await socket.say("Hi", { model });
    await reached(held);
    await socket.text("Half");
    expect(await socket.command({ type: "turn.cancel", turn_id: 1 })).toEqual({ ok: true, state: "cancelled" });
    const { turn, message } = await socket.event("turn.cancelled");
    expect({ state: turn.state, length: message?.length }).toEqual({ state: "cancelled", length: 4 });
    const after = socket.frames.length;
    await openGate(held);
    await socket.say("Next", { model: scripted("Yes") });
    await socket.event("turn.finished");
    expect(socket.frames.slice(after).filter((frame) => frame.type === undefined)).toEqual([{ from: 0, text: "Yes" }]);
    expect(await socket.command({ type: "turn.cancel", turn_id: 1 })).toEqual({ ok: true, state: "cancelled" });
    expect(await socket.command({ type: "turn.cancel", turn_id: 2 })).toEqual({ ok: true, state: "finished" });
    expect((await ledger(id, ada)).map(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual([
      ["cancelled"],
      ["ok"],
    ]);
  });

  it("closes the provider's stream at once", () =>
    inRig(async (rig) => {
      let asked: AbortSignal | undefined;
      rig.attempts = [
        (request, signal) => {
          asked = signal;
          return stalls("Some")(request, signal);
        },
      ];
      rig.ask();
      await rig.settle();
      await rig.room.command(principal(1), { type: "turn.cancel", ref: 1, turn_id: 1 });
      expect(asked?.aborted).toBe(true);
    }));

  it("ends the text: what waited to be stored is neither stored nor sent", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("Seen", " waiting")];
      const watcher = rig.watch();
      rig.ask();
      await rig.settle();
      await rig.room.command(principal(1), { type: "turn.cancel", ref: 1, turn_id: 1 });
      await rig.pass(200);
      expect(watcher.frames.flatMap((frame) => ("text" in frame ? [frame.text] : []))).toEqual(["Seen"]);
      expect(rig.journal.message(2)?.content).toBe("Seen");
    }));

  it("takes a waiting turn out of the queue, and nobody is called for it", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    const [held, never] = [gate(), scripted("Never")];
    await socket.say("One?", { model: scripted(`~${held}|First`) });
    await socket.say("Two?", { model: never });
    expect(await socket.command({ type: "turn.cancel", turn_id: 2 })).toEqual({ ok: true, state: "cancelled" });
    await openGate(held);
    await socket.event("turn.finished");
    expect(await callsOf(never)).toEqual([]);
    expect((await ledger(id, ada)).map(({ state, attempts }) => `${state} ${attempts.length}`)).toEqual([
      "finished 1",
      "cancelled 0",
    ]);
  });

  it("of a waiting turn leaves the running one its heartbeat", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("Some")];
      rig.ask("One?");
      rig.ask("Two?");
      await rig.settle();
      await rig.room.command(principal(1), { type: "turn.cancel", ref: 1, turn_id: 2 });
      expect(rig.running.at(-1)).toBe(true);
      await rig.room.command(principal(1), { type: "turn.cancel", ref: 2, turn_id: 1 });
      expect(rig.running.at(-1)).toBe(false);
    }));

  it("that races the end of its turn leaves exactly one end", () =>
    inRig(async (rig) => {
      const ends: string[] = [];
      for (let round = 0; round < 40; round += 1) {
        rig.attempts = [says("Some", " text", finish())];
        const watcher = rig.watch();
        const sent = rig.ask();
        const turn_id = sent.ok ? (sent.value.turn_id ?? 0) : 0;
        for (let i = 0; i < round; i += 1) await (i % 4 === 3 ? rig.storage.sync() : Promise.resolve());
        const reply = await rig.room.command(principal(1), { type: "turn.cancel", ref: 1, turn_id });
        const seen = watcher.frames.length;
        await rig.pass(200);
        const terminal = watcher.types.filter((type) => /^turn\.(finished|failed|cancelled|interrupted)$/.test(type));
        expect(terminal).toHaveLength(1);
        expect(reply).toEqual({ ok: true, value: { state: terminal[0]?.slice("turn.".length) } });
        expect(watcher.frames).toHaveLength(seen);
        ends.push(terminal[0] ?? "");
        rig.audience.remove(watcher.id);
      }
      expect(new Set(ends)).toEqual(new Set(["turn.cancelled", "turn.finished"]));
    }));

  it("of a turn that is not there is not_found", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    expect(await socket.command({ type: "turn.cancel", turn_id: 7 })).toMatchObject({
      error: { code: "not_found", field: "turn_id" },
    });
    const byRest = await call(`/api/v1/conversations/${id}/turns/7/cancel`, { token: ada.token, method: "POST" });
    expect(await errorOf(byRest)).toMatchObject({ code: "not_found" });
  });
});

describe("turn.retry", () => {
  it("answers the question again and keeps the earlier answer", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    await socket.say("Hi", { model: scripted("One") });
    await socket.event("turn.finished");
    const model = scripted("Two");
    expect(await socket.command({ type: "turn.retry", message_id: 1, model })).toEqual({ ok: true, turn_id: 2 });
    await socket.event("turn.finished", ({ turn }) => turn.id === 2);
    const { messages } = (await open(id, ada.token)).snapshot ?? {};
    expect(messages?.map(({ content, reply_to }) => [content, reply_to])).toEqual([
      ["Hi", null],
      ["One", 1],
      ["Two", 1],
    ]);
    expect((await callsOf(model))[0]?.messages).toEqual([{ role: "user", content: "Hi" }]);
    const again = await call(`/api/v1/conversations/${id}/turns/1/retry`, { token: ada.token, body: { model } });
    expect([again.status, await again.json()]).toEqual([202, { turn_id: 3 }]);
  });

  it("while the question is being answered is a conflict; of no question, not_found", async () => {
    const { ada, id } = await begun();
    const socket = await open(id, ada.token);
    const held = gate();
    await socket.say("Hi", { model: scripted(`~${held}|One`) });
    expect(await socket.command({ type: "turn.retry", message_id: 1 })).toMatchObject({
      error: { code: "conflict", field: "message_id" },
    });
    await openGate(held);
    await socket.event("turn.finished");
    for (const message_id of [2, 99])
      expect(await socket.command({ type: "turn.retry", message_id })).toMatchObject({
        error: { code: "not_found", field: "message_id" },
      });
  });
});
