// What a request to /socket.io/ asks for, and the engine's errors in the order in which the reference server checks.
import { describe, expect, it } from "vitest";
import { readEngineRequest } from "../../../src/gateway/engine-request.ts";
import { newId, shardOf } from "../../../src/gateway/shards.ts";

const read = (query: string, method = "GET", upgrade = false) =>
  readEngineRequest(new URLSearchParams(query), method, upgrade);
const sid = newId("g1");

describe("a request", () => {
  it.each([
    ["EIO=4&transport=polling", "GET", false, { ask: "open", transport: "polling" }],
    ["EIO=4&transport=websocket", "GET", true, { ask: "open", transport: "websocket" }],
    [`EIO=4&transport=polling&sid=${sid}`, "GET", false, { ask: "poll", sid, shard: "g1" }],
    [`EIO=4&transport=polling&sid=${sid}`, "POST", false, { ask: "post", sid, shard: "g1" }],
    [`EIO=4&transport=websocket&sid=${sid}`, "GET", true, { ask: "websocket", sid, shard: "g1" }],
  ])("%s by %s asks for %j", (query, method, upgrade, asked) => expect(read(query, method, upgrade)).toEqual(asked));

  it.each([
    ["", "GET", false, "transport"],
    ["EIO=4&transport=carrier-pigeon&sid=x", "PUT", false, "transport"],
    ["EIO=4&transport=polling&sid=x", "GET", false, "session"],
    ["EIO=4&transport=polling&sid=g99.aaaaaaaaaaaaaaaaaaaa", "GET", false, "session"],
    ["EIO=4&transport=polling&sid=g1.short", "POST", false, "session"],
    ["EIO=4&transport=polling", "POST", false, "method"],
    ["EIO=4&transport=polling", "PUT", false, "method"],
    ["EIO=4&transport=websocket", "GET", false, "request"],
    ["EIO=3&transport=websocket", "GET", false, "request"],
    ["EIO=3&transport=polling", "GET", false, "version"],
    ["transport=polling", "GET", false, "version"],
    ["EIO=abc&transport=polling", "GET", false, "version"],
    [`EIO=4&transport=polling&sid=${sid}`, "PUT", false, "request"],
    [`EIO=4&transport=websocket&sid=${sid}`, "GET", false, "request"],
  ])("%s by %s is refused", (query, method, upgrade, error) => {
    expect(read(query, method, upgrade)).toEqual({ ask: "refused", error });
  });
});

describe("an id", () => {
  it("names its shard", () => expect(shardOf(newId("g3"))).toBe("g3"));
  it.each([
    "",
    "g0",
    "g0.",
    "g01.aaaaaaaaaaaaaaaaaaaa",
    "g4.aaaaaaaaaaaaaaaaaaaa",
    "x0.aaaaaaaaaaaaaaaaaaaa",
    "g0.aaaaaaaaaaaaaaaaaaa$",
  ])("%j was never given", (id) => expect(shardOf(id)).toBeNull());
});
