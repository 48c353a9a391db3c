// A conversation as server-sent events: the same frames, with a place to resume from (http.md, R6).
import { describe, expect, it } from "vitest";
import { call, errorOf } from "../http/client.ts";
import { conversation, gate, objectOf, openGate, reached, scripted } from "./conversation.ts";
import { type Person, person } from "./people.ts";
import { open } from "./socket.ts";
import { streamOf, type TestStream, watch } from "./stream.ts";

async function begun(): Promise<{ ada: Person; id: number }> {
  const ada = await person();
  return { ada, id: await conversation(ada) };
}
const post = async (id: number, who: Person, body: object): Promise<TestStream> =>
  streamOf(
    await call(`/api/v1/conversations/${id}/messages`, {
      token: who.token,
      body,
      headers: { accept: "text/event-stream" },
    }),
  );
const texts = (stream: TestStream) => stream.events.filter(({ event }) => event === "text");

describe("GET /events", () => {
  it("gives the frames of the socket, each named and with its place", async () => {
    const { ada, id } = await begun();
    const stream = await watch(id, ada.token);
    const socket = await open(id, ada.token);
    await socket.say("Hi", { model: scripted("Hello") });
    await stream.until(({ event }) => event === "turn.finished");
    const { epoch } = socket.welcome;
    expect(
      stream.events.filter(({ event }) => event !== "present").map(({ event, id: place }) => `${event} ${place}`),
    ).toEqual([
      ...["welcome null", `snapshot ${epoch}.2`, `message.created ${epoch}.3`, `turn.started ${epoch}.4.0`],
      ...[`text ${epoch}.4.5`, `turn.finished ${epoch}.5`],
    ]);
    expect(texts(stream)[0]?.data).toEqual({ from: 0, text: "Hello" });
    const seen = socket.frames.filter(({ type }) => type?.startsWith("turn.") || type === "message.created");
    expect(stream.events.filter(({ event }) => /^(turn|message)\./.test(event)).map(({ data }) => data)).toEqual(seen);
  });

  it("resumes after any event, and in the middle of a text", async () => {
    const { ada, id } = await begun();
    const first = await watch(id, ada.token);
    const held = gate();
    const socket = await open(id, ada.token);
    await socket.say("Hi", { model: scripted(`0123456789|~${held}|abc`) });
    await reached(held);
    await first.until(({ id: place }) => place?.endsWith(".4.10") === true);
    const { epoch } = socket.welcome;
    const [middle, whole, atEvent] = [
      await watch(id, ada.token, `${epoch}.4.6`),
      await watch(id, ada.token, `${epoch}.4.10`),
      await watch(id, ada.token, `${epoch}.4`),
    ];
    await openGate(held);
    for (const stream of [middle, whole, atEvent]) await stream.until(({ event }) => event === "turn.finished");
    expect(middle.text).toBe("6789abc");
    expect(whole.text).toBe("abc");
    expect(atEvent.text).toBe("0123456789abc");
    const late = await watch(id, ada.token, `${epoch}.4.6`);
    await late.until(({ event }) => event === "turn.finished");
    expect(late.text).toBe("6789abc");
    expect(late.types.slice(0, 3)).toEqual(["welcome", "text", "turn.finished"]);
  });

  it.each([
    ["of another epoch", "00000000-0000-0000-0000-000000000000.2"],
    ["that is no place", "yesterday"],
    ["ahead of the head", "99"],
  ])("from a place %s gives a snapshot", async (_, place) => {
    const { ada, id } = await begun();
    const stream = await watch(id, ada.token, place);
    await stream.until(({ event }) => event === "snapshot");
  });

  it("lets a page in by a token in the address", async () => {
    const { ada, id } = await begun();
    const stream = await streamOf(await call(`/api/v1/conversations/${id}/events?token=${ada.token}&since=1`));
    await stream.until(({ event }) => event === "conversation.configured");
  });
});

describe("POST /messages as a stream", () => {
  it("ends with its turn", async () => {
    const { ada, id } = await begun();
    const stream = await post(id, ada, { content: "Hi", model: scripted("Hel|lo") });
    await stream.ended();
    expect(stream.text).toBe("Hello");
    expect(stream.types[0]).toBe("welcome");
    expect(stream.types.at(-1)).toBe("turn.finished");
    expect(stream.types.filter((type) => type === "message.created")).toHaveLength(1);
  });

  it("of a waiting question shows what goes before and ends with its own turn", async () => {
    const { ada, id } = await begun();
    const held = gate();
    const one = await post(id, ada, { content: "One?", model: scripted(`~${held}|First`) });
    const two = await post(id, ada, { content: "Two?", model: scripted("Second") });
    await openGate(held);
    await one.ended();
    await two.ended();
    expect(one.types.filter((type) => type === "turn.finished")).toHaveLength(1);
    expect(two.events.at(-1)).toMatchObject({ event: "turn.finished", data: { turn: { id: 2 } } });
    expect(two.text).toBe("FirstSecond");
  });

  it("sent again after its end is told again, and ends", async () => {
    const { ada, id } = await begun();
    const message = { content: "Hi", client_id: "k", model: scripted("Hello") };
    await (await post(id, ada, message)).ended();
    const again = await post(id, ada, message);
    await again.ended();
    expect(again.text).toBe("Hello");
    expect(again.types.at(-1)).toBe("turn.finished");
  });

  it("whose turn is cancelled ends with that", async () => {
    const { ada, id } = await begun();
    const held = gate();
    const stream = await post(id, ada, { content: "Hi", model: scripted(`Half|~${held}`) });
    await stream.until(({ event }) => event === "text");
    const cancelled = await call(`/api/v1/conversations/${id}/turns/1/cancel`, { token: ada.token, method: "POST" });
    expect(await cancelled.json()).toEqual({ state: "cancelled" });
    await stream.ended();
    expect(stream.types.at(-1)).toBe("turn.cancelled");
  });

  it("whose reader leaves frees its place, and the answer is finished all the same", async () => {
    const { ada, id } = await begun();
    const held = gate();
    const stream = await post(id, ada, { content: "Hi", model: scripted(`Half|~${held}| and all`) });
    await stream.until(({ event }) => event === "text");
    await stream.leave();
    const socket = await open(id, ada.token);
    await openGate(held);
    await socket.event("turn.finished");
    expect(socket.answer()).toBe("Half and all");
    await expect
      .poll(async () => {
        const streams = await Promise.all(
          Array.from({ length: 9 }, () => call(`/api/v1/conversations/${id}/events`, { token: ada.token })),
        );
        const statuses = streams.map(({ status }) => status);
        await Promise.all(streams.map(({ body }) => body?.cancel()));
        return statuses;
      })
      .toEqual(Array(9).fill(200));
  });

  it("without an answer is answered at once, as JSON", async () => {
    const { ada, id } = await begun();
    const response = await call(`/api/v1/conversations/${id}/messages`, {
      token: ada.token,
      body: { content: "Hi", answer: false },
      headers: { accept: "text/event-stream" },
    });
    expect(await response.json()).toMatchObject({ message: { id: 1 }, turn: null, answer: null });
  });

  it("is refused as JSON", async () => {
    const { ada, id } = await begun();
    const response = await call(`/api/v1/conversations/${id}/messages`, {
      token: ada.token,
      body: { content: "" },
      headers: { accept: "text/event-stream" },
    });
    expect([response.status, await errorOf(response)]).toMatchObject([400, { code: "invalid", field: "content" }]);
  });
});

describe("a stream", () => {
  it("ends when its conversation is erased", async () => {
    const { ada, id } = await begun();
    const stream = await watch(id, ada.token);
    await objectOf(id).erase(ada.principal);
    await stream.ended();
    expect(stream.types.slice(-2)).toEqual(["conversation.erased", "bye"]);
  });
});
