// The metrics know how many connections a shard holds, at little cost.
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/store/metrics.ts";
import { onShard } from "./shard.ts";

const MINUTE = 60_000;

describe("a shard of the gateway", () => {
  it("tells the metrics how many are connected when that has changed, at most once a minute, over its sleeps", () =>
    onShard(async (shard) => {
      const reports: Report[] = [];
      shard.report = async (report) => void reports.push(report);
      const clients = [await shard.client(), await shard.client(), await shard.client()];
      await shard.live(10 * MINUTE, ...clients);
      expect(reports.map(({ source, connections }) => [source, connections])).toEqual([["gateway/g0", 3]]);
      shard.wake();
      await shard.live(10 * MINUTE);
      expect(reports.map(({ connections }) => connections)).toEqual([3, 0]);
    }));

  it("goes on while the metrics cannot be told, and tells them later", () =>
    onShard(async (shard) => {
      const told: (number | null)[] = [];
      let away = true;
      shard.report = async ({ connections }) => {
        if (away) throw new Error("D1 is away");
        told.push(connections);
      };
      const client = await shard.client();
      await shard.live(5 * MINUTE, client);
      expect([told, client.frames.filter((frame) => frame === "2").length]).toEqual([[], 12]);
      away = false;
      await shard.live(2 * MINUTE, client);
      expect(told).toEqual([1]);
    }));
});
