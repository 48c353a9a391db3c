// The mirror of login sessions in D1; the user's object is the one that decides (architecture.md).
import { endedStatements } from "./metrics.ts";

export interface MirroredSession {
  sid: string;
  user_id: number;
  device: string | null;
  created_at: number;
  used_at: number;
  expires_at: number;
  ended_at: number | null;
}

/** Idempotent: the same rows again change nothing, and a session that has ended stays so. */
export async function mirrorSessions(db: D1Database, sessions: readonly MirroredSession[]): Promise<void> {
  const upsert = db.prepare(
    `INSERT INTO login_sessions (sid, user_id, device, created_at, used_at, expires_at, ended_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (sid) DO UPDATE SET used_at = ?5, expires_at = ?6, ended_at = coalesce(ended_at, ?7)`,
  );
  await db.batch([
    ...endedStatements(db, sessions),
    ...sessions.map((s) => upsert.bind(s.sid, s.user_id, s.device, s.created_at, s.used_at, s.expires_at, s.ended_at)),
  ]);
}
