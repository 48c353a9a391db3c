// Failed log-ins, counted in D1 so that a restart forgives nothing. Keys are digests: no names, no addresses.
import * as z from "zod";

export interface Window {
  key: string;
  windowMs: number;
  limit: number;
}

const Row = z.object({ key: z.string(), since: z.int(), count: z.int() });
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

/** How long the caller must wait: 0 while every window has room. */
export async function waitFor(db: D1Database, windows: readonly Window[], now: number): Promise<number> {
  const marks = windows.map(() => "?").join(", ");
  const { results } = await db
    .prepare(`SELECT key, since, count FROM login_failures WHERE key IN (${marks})`)
    .bind(...windows.map((window) => window.key))
    .all();
  const rows = new Map(results.map((result) => Row.parse(result)).map((row) => [row.key, row]));
  const waits = windows.map(({ key, windowMs, limit }) => {
    const row = rows.get(key);
    return row && row.count >= limit ? Math.max(0, row.since + windowMs - now) : 0;
  });
  return Math.max(0, ...waits);
}

/** Counts one failure in each window; a window begins with its first failure. */
export async function countFailure(db: D1Database, windows: readonly Window[], now: number): Promise<void> {
  const count = db.prepare(
    `INSERT INTO login_failures (key, since, count) VALUES (?1, ?2, 1) ON CONFLICT (key) DO UPDATE SET
       count = iif(since <= ?3, 1, count + 1), since = iif(since <= ?3, ?2, since)`,
  );
  await db.batch([
    ...windows.map(({ key, windowMs }) => count.bind(key, now, now - windowMs)),
    db.prepare("DELETE FROM login_failures WHERE since < ?").bind(now - FORGET_AFTER_MS),
  ]);
}

export const forgive = async (db: D1Database, key: string): Promise<void> => {
  await db.prepare("DELETE FROM login_failures WHERE key = ?").bind(key).run();
};
