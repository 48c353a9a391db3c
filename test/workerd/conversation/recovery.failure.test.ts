// The object dies in the middle of an answer, or sleeps through it: what was seen stays, and the answer is finished (R2, R8, R10).
import { abortAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { callsOf, conversation, gate, ledger, objectOf, openGate, reached, rowsOf, scripted } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { finish, inRig, principal, says, stalls } from "./rig.ts";
import { open, type TestSocket } from "./socket.ts";

/** Kills every object and opens the conversation again where `socket` was. */
async function killed(id: number, who: Person, socket: TestSocket): Promise<TestSocket> {
  const seen = socket.answer();
  await abortAllDurableObjects();
  await socket.end();
  const place = { epoch: socket.welcome.epoch, since: socket.events.at(-1)?.seq ?? 0, turn: 1, offset: seen.length };
  const again = await open(id, who.token, place);
  again.held = seen;
  return again;
}

describe("a killed object", () => {
  it("goes on with the answer where it was, unchanged for whoever saw it", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    const [held, second] = [gate(), gate()];
    const model = scripted(`Once upon|~${held}`, `~${second}| a time`);
    await socket.say("Tell me", { model });
    await reached(held);
    await socket.text("Once upon");
    const again = await killed(id, ada, socket);
    expect(again.welcome.replay).toBe("none");
    await openGate(second);
    const { turn } = await again.event("turn.finished");
    expect(turn.attempt).toBe(2);
    expect(again.frames.filter(({ type }) => type === undefined)).toEqual([{ from: 9, text: " a time" }]);
    const [first] = await ledger(id, ada);
    expect(first?.attempts.map(({ reason, outcome, from }) => `${reason} ${outcome} ${from}`)).toEqual([
      ...["first lost 0", "continue ok 9"],
    ]);
    const calls = await callsOf(model);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.messages.some(({ role, content }) => role === "assistant" && content === "Once upon")).toBe(true);
    expect((await open(id, ada.token)).snapshot?.messages.at(-1)?.content).toBe("Once upon a time");
  });

  it("starts over when nothing was seen yet", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    const held = gate();
    const model = scripted(`~${held}`, "Hello");
    await socket.say("Hi", { model });
    await reached(held);
    const again = await killed(id, ada, socket);
    await again.event("turn.finished");
    expect(again.answer()).toBe("Hello");
    expect((await ledger(id, ada))[0]?.attempts.map(({ reason, outcome }) => `${reason} ${outcome}`)).toEqual([
      "first lost",
      "retry ok",
    ]);
  });

  it("gives up after the third death and keeps the text", async () => {
    const ada = await person();
    const id = await conversation(ada);
    let socket = await open(id, ada.token);
    const gates = [gate(), gate(), gate()];
    const parts = ["Once upon", " a time", " there was"];
    const model = scripted(...gates.map((name, i) => `${parts[i]}|~${name}`));
    await socket.say("Hi", { model });
    let text = "";
    for (const [i, name] of gates.entries()) {
      await reached(name);
      text += parts[i];
      await expect.poll(() => rowsOf(id, "SELECT group_concat(text, '') AS t FROM chunk")).toEqual([{ t: text }]);
      socket = await killed(id, ada, socket);
    }
    const { turn } = await socket.event("turn.interrupted");
    expect(turn.error?.message).toMatch(/restarted too often/);
    expect((await open(id, ada.token)).snapshot?.messages.at(-1)?.content).toBe(text);
    expect(await callsOf(model)).toHaveLength(3);
    expect((await ledger(id, ada))[0]?.attempts.map(({ outcome }) => outcome)).toEqual(["lost", "lost", "lost"]);
  });

  it("does not revive a cancelled turn, and answers what waited behind it", async () => {
    const ada = await person();
    const id = await conversation(ada);
    const socket = await open(id, ada.token);
    const held = gate();
    const model = scripted(`Half|~${held}`);
    await socket.say("One?", { model });
    await reached(held);
    await socket.text("Half");
    expect((await socket.command({ type: "turn.cancel", turn_id: 1 })).state).toBe("cancelled");
    const again = await killed(id, ada, socket);
    await again.say("Two?", { model: scripted("Second") });
    await again.event("turn.finished");
    expect((await ledger(id, ada)).map(({ state }) => state)).toEqual(["cancelled", "finished"]);
    expect(await callsOf(model)).toHaveLength(1);
  });

  it("keeps what was edited, deleted and chosen, and answers what was asked anew", async () => {
    const ada = await person();
    const [half, held] = [gate(), gate()];
    const model = scripted("First", "Second", `Half|~${half}`, `~${held}`, "Third");
    const id = await conversation(ada, { model });
    const socket = await open(id, ada.token);
    await socket.say("One?");
    await socket.event("turn.finished", ({ turn }) => turn.id === 1);
    await socket.command({ type: "turn.retry", message_id: 1 });
    await socket.event("turn.finished", ({ turn }) => turn.id === 2);
    await socket.say("Two?", { answer: false });
    await socket.say("Three?");
    await reached(half);
    await socket.text("Half");
    for (const command of [
      { type: "answer.select", message_id: 2 },
      { type: "message.delete", message_id: 4 },
      { type: "message.edit", message_id: 5, content: "Better?" },
    ])
      expect(await socket.command(command)).toMatchObject({ ok: true });
    await reached(held);
    const again = await killed(id, ada, socket);
    expect(again.welcome.replay).toBe("none");
    await again.event("turn.finished", ({ turn }) => turn.id === 4);
    const { messages } = (await open(id, ada.token)).snapshot ?? {};
    const shown = messages?.map(({ content, answer_id }) => (answer_id ? `${content} ${answer_id}` : content));
    expect(shown).toEqual(["One? 2", "First", "Second", "", "Better? 7", "Half", "Third"]);
    expect((await ledger(id, ada)).map(({ state }) => state)).toEqual([
      "finished",
      "finished",
      "cancelled",
      "finished",
    ]);
    expect((await callsOf(model)).at(-1)?.messages.map(({ content }) => content)).toEqual(["One?", "First", "Better?"]);
  }, 30_000);

  it("keeps the members, the messages and the queue", async () => {
    const ada = await person();
    const id = await conversation(ada, { title: "Kept" });
    const socket = await open(id, ada.token);
    const held = gate();
    await socket.say("One?", { model: scripted(`~${held}`, "First") });
    await socket.say("Two?", { model: scripted("Second") });
    await reached(held);
    const again = await killed(id, ada, socket);
    await again.event("turn.finished", ({ turn }) => turn.id === 2);
    expect(again.welcome.conversation.title).toBe("Kept");
    const { messages } = (await open(id, ada.token)).snapshot ?? {};
    expect(messages?.map(({ content }) => content)).toEqual(["One?", "First", "Two?", "Second"]);
  });
});

describe("a process that ends at any point of an answer", () => {
  it("leaves the text that was seen, and the next one finishes the turn", () =>
    inRig(async (rig) => {
      const words = ["One", " two", " three", " four", " five"];
      for (let at = 0; at <= words.length; at += 1) {
        rig.attempts = [stalls(...words.slice(0, at))];
        const sent = rig.ask();
        const turn = sent.ok ? (sent.value.turn_id ?? 0) : 0;
        const before = rig.watch();
        await rig.pass(1_000);
        const seen = before.text;
        expect(seen).toBe(words.slice(0, at).join(""));
        rig.attempts = [says(...words.slice(at), finish())];
        rig.restart();
        const after = rig.watch();
        await rig.pass(1_000);
        expect(seen + after.text).toBe("One two three four five");
        const answer = rig.journal.message(rig.journal.ledger.turn(turn)?.answer_id ?? 0);
        expect(answer?.content).toBe("One two three four five");
        expect(rig.ledger(turn)).toEqual(["first lost", at === 0 ? "retry ok" : "continue ok"]);
        expect(after.types).not.toContain("turn.reset");
      }
    }));

  it("in the pause before another attempt makes that attempt", () =>
    inRig(async (rig) => {
      rig.attempts = [says("One")];
      rig.ask();
      await rig.pass(100);
      expect(rig.ledger(1)).toEqual(["first lost"]);
      rig.attempts = [says(" two", finish())];
      rig.restart();
      await rig.pass(1_000);
      expect(rig.ledger(1)).toEqual(["first lost", "continue ok"]);
      expect(rig.journal.message(2)?.content).toBe("One two");
    }));

  it("has its time counted from the turn's beginning", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("One")];
      rig.ask();
      await rig.settle();
      rig.clock.time += 899_000;
      rig.attempts = [stalls()];
      rig.restart();
      await rig.pass(1_000);
      expect(rig.journal.ledger.turn(1)).toMatchObject({ state: "interrupted", ended_at: rig.clock.time });
    }));

  it("lets a turn be cancelled that is not yet taken up again", () =>
    inRig(async (rig) => {
      rig.attempts = [stalls("One")];
      rig.ask();
      rig.ask("Two?");
      await rig.settle();
      rig.attempts = [says("Second", finish())];
      rig.restart();
      expect(await rig.room.command(principal(1), { type: "turn.cancel", ref: 1, turn_id: 1 })).toEqual({
        ok: true,
        value: { state: "cancelled" },
      });
      await rig.pass(1_000);
      expect(rig.journal.ledger.turn(2)?.state).toBe("finished");
      expect(rig.journal.message(rig.journal.ledger.turn(1)?.answer_id ?? 0)?.content).toBe("One");
    }));
});

describe("hibernation", () => {
  it("leaves sockets that work as before", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await conversation(ada, { member_ids: [bob.id] });
    const [hers, his] = [await open(id, ada.token), await open(id, bob.token)];
    await evictDurableObject(objectOf(id));
    expect(await hers.say("Good morning", { answer: false })).toMatchObject({ ok: true, message_id: 1 });
    expect((await his.event("message.created")).message.author?.name).toBe(ada.name);
    await evictDurableObject(objectOf(id));
    his.send({ type: "typing", on: true });
    expect(await hers.until(({ type }) => type === "typing")).toMatchObject({
      user_id: bob.id,
      name: bob.name,
      on: true,
    });
    expect((await open(id, ada.token)).welcome.present.map(({ user_id }) => user_id).toSorted()).toEqual(
      [ada.id, bob.id].toSorted(),
    );
  });

  it("of an object that was never created leaves no trace", async () => {
    const stub = objectOf(999_999);
    expect(await stub.describe((await person()).principal)).toMatchObject({ ok: false, error: { code: "not_found" } });
    await evictDurableObject(stub);
    expect(await stub.describe((await person()).principal)).toMatchObject({ ok: false, error: { code: "not_found" } });
  });
});
