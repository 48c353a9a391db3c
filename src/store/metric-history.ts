// The metrics as they are read: totals for a scrape, and slots of time for charts.
import * as z from "zod";
import { minuteOf, type Values } from "../lib/metrics.ts";
import { CONNECTIONS } from "./metrics.ts";

const Named = z.object({ name: z.string(), value: z.number() });
const valuesOf = (rows: readonly unknown[]): Values =>
  new Map(rows.map((row) => Named.parse(row)).map(({ name, value }) => [name, value]));

/** Every counter since the beginning, and the gauges as they are now. */
export async function metricTotals(db: D1Database, now: number): Promise<Values> {
  const [totals, peaks] = await db.batch([
    db.prepare("SELECT name, value FROM metric_totals"),
    db
      .prepare(
        `SELECT name, max(value) AS value FROM metrics
         WHERE minute >= ? AND name IN ('edgewise_outbox_depth', 'edgewise_outbox_lag_seconds') GROUP BY name`,
      )
      .bind(minuteOf(now) - 1),
  ]);
  return new Map([...valuesOf(totals?.results ?? []), ...valuesOf(peaks?.results ?? [])]);
}

export interface Slot {
  /** Minutes since the epoch: the slot begins there. */
  minute: number;
  /** What its minutes add up to; of gauges, the highest. */
  sums: Values;
  peaks: Values;
  /** At its end; null when nobody ever told. */
  connections: number | null;
}

const SlotRow = z.object({ slot: z.int(), name: z.string(), sum: z.number(), most: z.number() });
const SlotEnd = z.object({ slot: z.int(), value: z.number() });

/** The minutes from `from` to before `to`, in slots of `step` minutes; those in which nothing happened too. */
export async function metricSlots(db: D1Database, from: number, to: number, step: number): Promise<Slot[]> {
  const [sums, ends, before] = await db.batch([
    db
      .prepare(
        `SELECT CAST((minute - ?1) / ?3 AS INTEGER) AS slot, name, sum(value) AS sum, max(value) AS most FROM metrics
         WHERE minute >= ?1 AND minute < ?2 GROUP BY slot, name`,
      )
      .bind(from, to, step),
    db // with max() SQLite takes the other columns from the row that has it
      .prepare(
        `SELECT CAST((minute - ?1) / ?3 AS INTEGER) AS slot, max(minute), value FROM metrics
         WHERE name = '${CONNECTIONS}' AND minute >= ?1 AND minute < ?2 GROUP BY slot`,
      )
      .bind(from, to, step),
    db
      .prepare(
        `SELECT 0 AS slot, value FROM metrics WHERE name = '${CONNECTIONS}' AND minute < ? ORDER BY minute DESC LIMIT 1`,
      )
      .bind(from),
  ]);
  const rows = Map.groupBy(
    (sums?.results ?? []).map((row) => SlotRow.parse(row)),
    ({ slot }) => slot,
  );
  const known = new Map((ends?.results ?? []).map((row) => SlotEnd.parse(row)).map(({ slot, value }) => [slot, value]));
  let connections = (before?.results ?? []).map((row) => SlotEnd.parse(row).value)[0] ?? null;
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, slot) => {
    const found = rows.get(slot) ?? [];
    connections = known.get(slot) ?? connections;
    return {
      minute: from + slot * step,
      sums: new Map(found.map(({ name, sum }) => [name, sum])),
      peaks: new Map(found.map(({ name, most }) => [name, most])),
      connections,
    };
  });
}
