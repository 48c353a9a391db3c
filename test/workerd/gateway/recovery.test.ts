// A shard over hours: asleep between its pings, killed, and asked by clients that come back sooner or later.
import { describe, expect, it } from "vitest";
import { type Client, onShard, ROOM_ID, type Shard } from "./shard.ts";

const HOUR = 3_600_000;
const JOIN = '42["join_conversation",{"conversation_id":7}]';

/** Event and payload of what it was told. */
const wordsTo = ({ events }: Client): [string, unknown][] => events.map(([event, payload]) => [event, payload]);

/** Connected, in the room, and told one message. */
async function listener(shard: Shard) {
  const client = await shard.client();
  await client.says(JOIN);
  await shard.say("first");
  expect(client.said).toEqual(["first"]);
  return client;
}

const comesBack = (shard: Shard, { ids, offset }: { ids: unknown; offset: unknown }) =>
  shard.client({ ...(typeof ids === "object" ? ids : {}), offset });

describe("a client that is idle for an hour", () => {
  it("is pinged every 25 s though its shard sleeps in between, and hears what is said then", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      await shard.live(HOUR, client);
      expect(client.frames.filter((frame) => frame === "2").length).toBe(HOUR / 25_000);
      await shard.say("second");
      expect([client.closed, client.said]).toEqual([false, ["first", "second"]]);
    }));

  it("comes back after a kill as the same, with what it missed", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      // What it was told last was for it alone, and is not kept for an hour.
      await client.says('42["nonsense"]');
      await shard.live(HOUR, client);
      shard.wake();
      await shard.say("second");
      const back = await comesBack(shard, client);
      expect([back.ids, back.said]).toEqual([client.ids, ["second"]]);
    }));

  it("comes back from between two packets of one happening to the second, though its shard has slept before it", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      shard.wake(client);
      await shard.breakOff();
      const [answer, failure] = client.events.slice(-2);
      expect([answer?.[0], failure?.[0]]).toEqual(["conversation", "error"]);
      await shard.say("second");
      shard.wake();
      const back = await comesBack(shard, { ids: client.ids, offset: answer?.[2] });
      expect([back.ids, back.events.map(([event]) => event)]).toEqual([client.ids, ["error", "conversation"]]);
    }));

  it("hears each vocabulary in which it follows, also after its shard slept", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      await client.says('42["join_room",{"conversation_id":7}]');
      await shard.live(HOUR, client);
      client.frames.length = 0;
      await shard.say("second");
      const events = client.frames.map((frame) => JSON.parse(frame.slice(2))[0]);
      expect(events).toEqual(["conversation", "new_message"]);
    }));

  it("leaves no trace of each hour in the tables", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      for (let i = 0; i < 50; i++) await shard.say(`message ${i}`);
      const crowded = shard.rows("sent");
      await shard.live(HOUR, client);
      expect(crowded).toBeGreaterThan(50);
      expect(shard.rows("sent")).toBeLessThanOrEqual(2);
    }));

  it("leaves no trace of the rooms in which it was", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      for (let i = 0; i < 50; i++) await shard.say(`message ${i}`);
      await shard.remove();
      await shard.live(HOUR, client);
      expect(shard.rows("sent")).toBe(0);
    }));
});

describe("a client that is gone", () => {
  it.each([true, false])("is missed in its conversation, unless it said good-bye (can recover: %s)", (recovers) =>
    onShard(async (shard) => {
      const [cut, polite, killed] = [
        await shard.client({}, "", recovers),
        await shard.client({}, "", recovers),
        await shard.client({}, "", recovers),
      ];
      for (const client of [cut, polite, killed]) await client.says(JOIN);
      await polite.says("41");
      shard.gateway.engine.gone(polite);
      expect(shard.lost).toEqual([]);
      shard.gateway.engine.gone(cut);
      expect(shard.lost).toEqual([[1, false]]);
      shard.wake();
      expect(shard.lost).toEqual([
        [1, false],
        [1, true],
      ]);
    }),
  );

  it("for less than two minutes comes back as the same", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      shard.wake();
      await shard.live(119_000);
      await shard.say("second");
      const back = await comesBack(shard, client);
      expect([back.ids, back.said]).toEqual([client.ids, ["second"]]);
    }));

  it("for two minutes is forgotten, wholly, and comes back as a new one", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      shard.wake();
      await shard.live(120_000);
      expect([shard.rows("socket"), shard.rows("sent")]).toEqual([0, 0]);
      const back = await comesBack(shard, client);
      expect(back.ids).not.toEqual(client.ids);
      expect(back.said).toEqual([]);
    }));

  it("comes back as a new one when its conversation cannot tell any more what it missed", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      shard.wake();
      await shard.say("second");
      shard.keeps = false;
      const back = await comesBack(shard, client);
      expect(back.ids).not.toEqual(client.ids);
    }));

  it("is told when it comes back that it was removed, and when that happened while its shard knew it", () =>
    onShard(async (shard) => {
      const words = (client: Client) =>
        wordsTo(client).filter(([event]) => !["connected", "connection_status", "conversation"].includes(event));
      const message = "You are no longer a member of this conversation.";
      const farewell = [
        ["error", { message, error: "forbidden" }],
        ["left_conversation", { conversation_id: 7, message }],
      ];
      const [untold, told] = [await listener(shard), await shard.client()];
      await told.says(JOIN);
      shard.wake();
      shard.letsIn = false;
      expect(words(await comesBack(shard, untold))).toEqual(farewell);
      await shard.remove();
      const back = await comesBack(shard, told);
      expect([back.ids, words(back).slice(-2)]).toEqual([told.ids, farewell]);
      await shard.say("second");
      expect(back.said).toEqual([]);
    }));

  describe("that was removed from where its last event lay", () => {
    it.each([
      ["as it happens", true],
      ["by nobody", false],
    ])("comes back as the same when its shard is told of that %s", (_, reaches) =>
      onShard(async (shard) => {
        const client = await shard.client();
        await client.says('42["join_room",{"conversation_id":7}]');
        await client.says('42["join_room",{"conversation_id":8}]');
        await shard.say("first");
        shard.wake();
        await shard.breakOff(reaches);
        await shard.remove(reaches);
        shard.letsIn = false;
        await shard.say("second", true, 8);
        const back = await comesBack(shard, client);
        const message = "You are no longer a member of this conversation.";
        expect(back.ids).toEqual(client.ids);
        expect(wordsTo(back).filter(([event]) => event !== "new_message")).toEqual([
          ["ai_response_error", { error: message, conversation_id: 7 }],
          ["error", { message }],
          ["left_room", { conversation_id: 7, message }],
        ]);
        expect(wordsTo(back).filter(([event]) => event === "new_message")).toMatchObject([
          ["new_message", { content: "second", conversation_id: 8 }],
        ]);
      }),
    );
  });

  it("is not told its own message by its own name as another's, though nothing but the tables is left of the shard", () =>
    onShard(async (shard) => {
      const client = await shard.client({}, "/assistant/realtime,");
      await client.says(`42/assistant/realtime,["join_room",{"room_id":"${ROOM_ID}"}]`);
      const sent = { room_id: ROOM_ID, message: "mine", client_id: "own" };
      await client.says(`42/assistant/realtime,["send_message",${JSON.stringify(sent)}]`);
      shard.wake();
      await shard.say("another's");
      const ids = typeof client.ids === "object" ? client.ids : {};
      const back = await shard.client({ ...ids, offset: client.offset }, "/assistant/realtime,");
      expect(back.ids).toEqual(client.ids);
      expect(wordsTo(back).filter(([event]) => event.startsWith("receive_message"))).toMatchObject([
        [`receive_message ${ROOM_ID}`, { data: { content: "another's" } }],
      ]);
    }));

  it("comes back to one place only: the transport that came later has it", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      shard.wake();
      const [first, second] = await Promise.all([comesBack(shard, client), comesBack(shard, client)]);
      await shard.say("second");
      expect([first, second].filter(({ closed }) => !closed)).toHaveLength(1);
      expect([...first.said, ...second.said]).toEqual(["second"]);
    }));
});

describe("a shard that was told too little", () => {
  it("asks for what is missing, and tells it in its place", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      await shard.say("lost on its way", false);
      await shard.say("third");
      expect(client.said).toEqual(["first", "lost on its way", "third"]);
    }));

  it("sends its clients away to begin anew when that is too much: no hole is shown as if it were none", () =>
    onShard(async (shard) => {
      const client = await listener(shard);
      shard.keeps = false;
      await shard.say("lost on its way", false);
      await shard.say("third");
      expect([client.said, client.closed]).toEqual([["first"], true]);
    }));
});
