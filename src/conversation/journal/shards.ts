// Owns the table of the gateway shards that are told what happens here.
import * as z from "zod";
import type { Rows } from "./rows.ts";

const Shard = z.object({ shard: z.string() });

export class Shards {
  #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  list(): string[] {
    return this.#rows.all(Shard, "SELECT shard FROM gateway").map(({ shard }) => shard);
  }
  add(shard: string): void {
    this.#rows.run("INSERT INTO gateway (shard) VALUES (?) ON CONFLICT DO NOTHING", shard);
  }
  /** Also after an erasure: deliveries may end later. */
  remove(shard: string): void {
    if (this.#rows.exist) this.#rows.run("DELETE FROM gateway WHERE shard = ?", shard);
  }
}
