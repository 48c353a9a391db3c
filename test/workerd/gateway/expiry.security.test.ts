// The end of a login, to the second: a shard sends its sockets away, and does not let in whom it would send away again.
import { expect, it } from "vitest";
import { onShard } from "./shard.ts";

it("a socket whose login ends is told once, cut off, and refused when it comes back with the same token", () =>
  onShard(async (shard) => {
    shard.loginEnds = shard.clock.now() / 1000 + 60;
    const client = await shard.client();
    await shard.live(59_999, client);
    expect(client.closed).toBe(false);
    await shard.live(1, client);
    expect([client.closed, client.frames.filter((frame) => frame.includes("Session expired")).length]).toEqual([
      true,
      1,
    ]);
    const back = await shard.client(typeof client.ids === "object" && client.ids ? client.ids : {});
    expect(back.frames.at(-1)).toBe('44{"message":"Authentication failed","data":{"code":"unauthorized"}}');
  }));
