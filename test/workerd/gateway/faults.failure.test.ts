// What a client is told when something breaks behind its event: the shard's projects and rooms throw here.
import { expect, it } from "vitest";
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
