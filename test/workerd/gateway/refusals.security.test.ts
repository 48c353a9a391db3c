// Whom a shard refuses: each in the words of its refusal, and many from one address that they have to wait.
import { expect, it } from "vitest";
import { SHARDS } from "../../../src/gateway/shards.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { onShard } from "./shard.ts";

it("an address with its share of 60 refused handshakes a minute has to wait, and still gets in with a good token", () =>
  onShard(async (shard) => {
    const refusal = async () => (await shard.client({ session_id: 7, token: "" })).frames.at(-1);
    for (let n = 0; n < LIMITS.refusedHandshakesPerMinute / SHARDS; n += 1)
      expect(await refusal()).toBe('44{"message":"Missing parameters","data":{"code":"invalid"}}');
    const wait = "Too many refused attempts from your address. Try again later.";
    expect(await refusal()).toBe(`44{"message":"${wait}","data":{"code":"rate_limited"}}`);
    expect((await shard.client()).ids).toMatchObject({ sid: expect.any(String) });
    shard.clock.advance(60_000);
    expect(await refusal()).toContain("Missing parameters");
  }));
