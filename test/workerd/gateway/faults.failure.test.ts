// What a client is told when something breaks behind its event: the shard's projects and rooms throw here.
import { afterEach, expect, it, vi } from "vitest";
import { VOCABULARIES } from "../../../src/vocabularies/registry.ts";
import { onShard } from "./shard.ts";

const MESSAGE = "Something went wrong on our side. Try again.";
const TOLD = JSON.stringify([{ ok: false, error: { code: "internal", message: MESSAGE } }]);
const ROOM_ID = "room_0b6f1c0e-5f0a-4c6e-9d0e-3f9d2f5f7f31";

it("an event behind which something breaks is refused in its own words, and its callback is told", () =>
  onShard(async (shard) => {
    const client = await shard.client();
    await client.says('421["join_project",{"project_id":5}]');
    expect(client.frames.at(-2)).toContain(`42["error",{"message":"${MESSAGE}"`);
    expect(client.frames.at(-1)).toBe(`431${TOLD}`);
    await client.says('40/assistant/realtime,{"token":"good"}');
    await client.says(`42/assistant/realtime,2["join_room",{"room_id":"${ROOM_ID}"}]`);
    expect(client.frames.at(-2)).toContain(
      `42/assistant/realtime,["room_join_error ${ROOM_ID}",{"error":"${MESSAGE}"}`,
    );
    expect(client.frames.at(-1)).toBe(`43/assistant/realtime,2${TOLD}`);
  }));

afterEach(() => vi.restoreAllMocks());

it.each([
  ["chat", "/", "chat", "error", { error: "internal" }],
  ["documents", "/", "send_message", "error", { chat_id: 7 }],
  ["file_rooms", "/", "join_room", "error", {}],
  ["assistant_rooms", "/assistant/realtime", "join_room", `room_join_error ${ROOM_ID}`, null],
] as const)(
  "an event that %s cannot even read is refused in its words: nothing was done, and what to do",
  (name, namespace, event, answer, more) =>
    onShard(async (shard) => {
      const payload = { chat_id: 7, room_id: ROOM_ID };
      const client = await shard.client();
      const prefix = namespace === "/" ? "" : `${namespace},`;
      if (prefix) await client.says(`40${prefix}{"token":"good"}`);
      vi.spyOn(VOCABULARIES[name], "hear").mockImplementation(() => {
        throw new Error("A bug of ours.");
      });
      await client.says(`42${prefix}3${JSON.stringify([event, payload])}`);
      const message = `Something went wrong on our side. ${event} was not understood and nothing was done. Send it again.`;
      const told = JSON.parse(client.frames.at(-2)?.slice(`42${prefix}`.length) ?? "");
      expect(told.slice(0, 2)).toEqual([answer, more ? { message, ...more } : { error: message }]);
      expect(client.frames.at(-1)).toBe(
        `43${prefix}3${JSON.stringify([{ ok: false, error: { code: "internal", message } }])}`,
      );
    }),
);
