// The directory of files in D1: which conversation knows about a file, and how much each user has stored.
import * as z from "zod";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";

const Stored = z.object({ bytes: z.int(), recent: z.int() });
const Ids = z.array(z.object({ id: z.int() }));
const HOUR_MS = 3_600_000;

/** Numbers for new files of these sizes, in their order; `now` in epoch ms. */
export async function reserveFiles(
  db: D1Database,
  userId: number,
  conversationId: number,
  sizes: readonly number[],
  now: number,
): Promise<Outcome<number[]>> {
  const sql = `SELECT coalesce(sum(size), 0) AS bytes, count(*) FILTER (WHERE created_at > ?2) AS recent
     FROM files WHERE user_id = ?1`;
  const { bytes, recent } = Stored.parse(
    await db
      .prepare(sql)
      .bind(userId, now - HOUR_MS)
      .first(),
  );
  if (recent + sizes.length > LIMITS.filesPerHour)
    return refuse("rate_limited", "You have uploaded too many files in the last hour.", { retry_after_ms: 600_000 });
  if (sizes.reduce((sum, size) => sum + size, bytes) > LIMITS.filesOfUser)
    return refuse("quota_exceeded", "Your files would take more than 1 GB. Delete some first.");
  const { results } = await db
    .prepare(
      `INSERT INTO files (conversation_id, user_id, size, created_at)
       SELECT ?1, ?2, value, ?3 FROM json_each(?4) ORDER BY key RETURNING id`,
    )
    .bind(conversationId, userId, now, JSON.stringify(sizes))
    .all();
  return ok(
    Ids.parse(results)
      .map(({ id }) => id)
      .sort((a, b) => a - b),
  );
}

/** The conversation that decides about a file; null when there is no such file. */
export async function conversationOfFile(db: D1Database, fileId: number): Promise<number | null> {
  const row = await db.prepare("SELECT conversation_id AS id FROM files WHERE id = ?").bind(fileId).first();
  return row && z.object({ id: z.int() }).parse(row).id;
}

export async function forgetFiles(db: D1Database, ids: readonly number[]): Promise<void> {
  await db.prepare("DELETE FROM files WHERE id IN (SELECT value FROM json_each(?))").bind(JSON.stringify(ids)).run();
}
