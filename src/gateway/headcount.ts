// How many connections this shard holds, for the metrics: told when that has changed, at most once a minute. What was told
// is stored, so that a shard that wakes to ping tells nothing twice.
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import type { Report } from "../store/metrics.ts";
import type { GatewayTables } from "./tables.ts";

const PAUSE_MS = 60_000;
const ANSWER_MS = 5_000;

export interface HeadcountOptions {
  clock: Clock;
  shard: string;
  tables: GatewayTables;
  /** Open now. */
  connections(): number;
  /** To the metrics; a report that comes again counts once. Throws when D1 is away. */
  report(report: Report): Promise<void>;
}

export class Headcount {
  #o: HeadcountOptions;

  constructor(options: HeadcountOptions) {
    this.#o = options;
  }

  /** When there is something to tell, epoch ms; Infinity when nothing has changed. */
  get due(): number {
    const { tables, connections } = this.#o;
    const { told, at } = tables.headcount();
    return connections() === told ? Number.POSITIVE_INFINITY : at + PAUSE_MS;
  }

  /** Throws when D1 is away: then it is told a minute later. */
  async tell(): Promise<void> {
    const { clock, shard, tables } = this.#o;
    const { told, at: before } = tables.headcount();
    const at = Math.max(clock.now(), before + 1);
    const connections = this.#o.connections();
    tables.setHeadcount({ told, at });
    await within(clock, ANSWER_MS, this.#o.report({ source: `gateway/${shard}`, at, samples: [], connections }));
    tables.setHeadcount({ told: connections, at });
  }
}
