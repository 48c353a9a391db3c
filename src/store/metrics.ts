// The metrics in D1, by minute and in total. Writers may repeat a batch whose answer was lost: what was counted once is
// not counted again, neither an event (by its seq) nor a report (by its time).
import type { Sample } from "../lib/meter.ts";
import { minuteOf } from "../lib/metrics.ts";

export interface EventSample extends Sample {
  /** The `seq` of the event in its conversation. */
  seq: number;
}

/** What only the memory of a source knows. */
export interface Report {
  source: string;
  /** Epoch ms, later than that of the source's last report. */
  at: number;
  samples: readonly Sample[];
  /** Open now; null from a source that holds none. */
  connections: number | null;
}

/** What one batch of a conversation tells of it. */
export interface Measures {
  events: readonly EventSample[];
  /** Gauges of which a minute keeps the highest. */
  peaks: readonly Sample[];
  report: Report | null;
}

export const CONNECTIONS = "edgewise_connections";
/** The object of a conversation, as a source. */
export const sourceOf = (conversation: number): string => `conversation/${conversation}`;

const KEPT_MS = 30 * 24 * 3_600_000;
/** A source silent for so long holds nothing any more: an object that was killed tells nobody. */
const SILENT_MS = 24 * 3_600_000;

/** The report `?3` of source `?2` is news. */
const NEWS = "?3 > coalesce((SELECT at FROM metric_sources WHERE source = ?2), 0)";
/** `r` holds [minute, series, value, seq or null]; an event is news until the batch that brings it has moved the conversation. */
const UNCOUNTED = `CASE WHEN r.value ->> 3 IS NULL THEN ${NEWS}
  ELSE r.value ->> 3 > (SELECT seq FROM conversations WHERE id = ?4) END`;

const ADD = [
  `INSERT INTO metrics (minute, name, value)
   SELECT r.value ->> 0, r.value ->> 1, sum(r.value ->> 2) FROM json_each(?1) r WHERE ${UNCOUNTED} GROUP BY 1, 2
   ON CONFLICT (minute, name) DO UPDATE SET value = value + excluded.value`,
  `INSERT INTO metric_totals (name, value)
   SELECT r.value ->> 1, sum(r.value ->> 2) FROM json_each(?1) r WHERE ${UNCOUNTED} GROUP BY 1
   ON CONFLICT (name) DO UPDATE SET value = value + excluded.value`,
];

/** At most this many statements come of one call to `measureStatements`. */
export const MEASURE_STATEMENTS = 6;

/** To be part of the batch that brings the events, before `conversations.seq` moves. `conversation` null: no events. */
export function measureStatements(
  db: D1Database,
  conversation: number | null,
  { events, peaks, report }: Measures,
): D1PreparedStatement[] {
  const rows = [
    ...events.map(({ minute, name, value, seq }) => [minute, name, value, seq]),
    ...(report?.samples ?? []).map(({ minute, name, value }) => [minute, name, value, null]),
  ];
  const added = rows.length === 0 ? [] : ADD.map((sql) => db.prepare(sql));
  const source = report?.source ?? null;
  return [
    ...added.map((sum) => sum.bind(JSON.stringify(rows), source, report?.at ?? 0, conversation)),
    ...peakStatements(db, peaks),
    ...(report ? sourceStatements(db, report) : []),
  ];
}

function peakStatements(db: D1Database, peaks: readonly Sample[]): D1PreparedStatement[] {
  if (peaks.length === 0) return [];
  const highest = db.prepare(
    `INSERT INTO metrics (minute, name, value) SELECT r.value ->> 0, r.value ->> 1, r.value ->> 2 FROM json_each(?) r WHERE true
     ON CONFLICT (minute, name) DO UPDATE SET value = max(value, excluded.value)`,
  );
  return [highest.bind(JSON.stringify(peaks.map(({ minute, name, value }) => [minute, name, value])))];
}

/** The sum over all sources moves by what this one moved: no batch reads them all. */
function sourceStatements(db: D1Database, { source, at, connections }: Report): D1PreparedStatement[] {
  const upsert = db
    .prepare(
      `INSERT INTO metric_sources (source, connections, at) VALUES (?2, ?1, ?3)
       ON CONFLICT (source) DO UPDATE SET connections = ?1, at = ?3 WHERE at < ?3`,
    )
    .bind(connections ?? 0, source, at);
  if (connections === null) return [upsert];
  const before = "coalesce((SELECT connections FROM metric_sources WHERE source = ?2), 0)";
  const sum = db
    .prepare(
      `INSERT INTO metric_totals (name, value) SELECT '${CONNECTIONS}', ?1 - ${before} WHERE ${NEWS} AND ?1 <> ${before}
       ON CONFLICT (name) DO UPDATE SET value = value + excluded.value`,
    )
    .bind(connections, source, at);
  return [sum, connectionsSample(db, at), upsert];
}

const connectionsSample = (db: D1Database, at: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO metrics (minute, name, value) SELECT ?, name, value FROM metric_totals WHERE name = '${CONNECTIONS}'
       ON CONFLICT (minute, name) DO UPDATE SET value = excluded.value`,
    )
    .bind(minuteOf(at));

/** One batch. Throws when D1 is away; then nothing, or (answer lost) all of it is there. */
export async function recordReport(db: D1Database, report: Report): Promise<void> {
  await db.batch(measureStatements(db, null, { events: [], peaks: [], report }));
}

/** Login sessions that end count once, however often their rows come; before `mirrorSessions` writes them. */
export function endedStatements(
  db: D1Database,
  sessions: readonly { sid: string; ended_at: number | null }[],
): D1PreparedStatement[] {
  const rows = sessions.flatMap(({ sid, ended_at }) => (ended_at === null ? [] : [[sid, minuteOf(ended_at)]]));
  if (rows.length === 0) return [];
  const unended = `FROM json_each(?) r WHERE NOT EXISTS (
    SELECT 1 FROM login_sessions s WHERE s.sid = r.value ->> 0 AND s.ended_at IS NOT NULL)`;
  return [
    `INSERT INTO metrics (minute, name, value) SELECT r.value ->> 1, 'edgewise_logins_ended_total', count(*) ${unended}
     GROUP BY 1 ON CONFLICT (minute, name) DO UPDATE SET value = value + excluded.value`,
    `INSERT INTO metric_totals (name, value) SELECT 'edgewise_logins_ended_total', count(*) ${unended}
     GROUP BY 1 ON CONFLICT (name) DO UPDATE SET value = value + excluded.value`,
  ].map((sql) => db.prepare(sql).bind(JSON.stringify(rows)));
}

const silent = (db: D1Database, which: string, value: string | number): D1PreparedStatement[] =>
  [
    `UPDATE metric_totals SET value = value - (SELECT coalesce(sum(connections), 0) FROM metric_sources WHERE ${which})
     WHERE name = '${CONNECTIONS}'`,
    `DELETE FROM metric_sources WHERE ${which}`,
  ].map((sql) => db.prepare(sql).bind(value));

/** For the batch that erases what the source was. */
export const forgetSource = (db: D1Database, source: string): D1PreparedStatement[] => silent(db, "source = ?", source);

/** Minutes beyond their time go, and sources that fell silent; totals stay. */
export async function pruneMetrics(db: D1Database, now: number): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM metrics WHERE minute < ?").bind(minuteOf(now - KEPT_MS)),
    ...silent(db, "at < ?", now - SILENT_MS),
    connectionsSample(db, now),
  ]);
}
