// Links by which a password is set anew, by the hash of each: one a user, for one use.
import * as z from "zod";

const Row = z.object({ user_id: z.int() });

export interface NewReset {
  user_id: number;
  hash: string;
  expires_at: number;
}

/** The link before it is void. */
export async function addReset(db: D1Database, { user_id, hash, expires_at }: NewReset): Promise<void> {
  await db
    .prepare(
      `INSERT INTO password_resets (user_id, hash, expires_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (user_id) DO UPDATE SET hash = ?2, expires_at = ?3`,
    )
    .bind(user_id, hash, expires_at)
    .run();
}

/** Whose password the link may set; null when it was used, replaced, has expired or never was. */
export async function findReset(db: D1Database, hash: string, now: number): Promise<number | null> {
  const row = await db
    .prepare("SELECT user_id FROM password_resets WHERE hash = ? AND expires_at > ?")
    .bind(hash, now)
    .first();
  return row === null ? null : Row.parse(row).user_id;
}

/** Sets the password and ends the link, both or neither; false when another use came before. */
export async function spendReset(db: D1Database, hash: string, password: string): Promise<boolean> {
  const [set] = await db.batch([
    db
      .prepare("UPDATE users SET password = ?2 WHERE id = (SELECT user_id FROM password_resets WHERE hash = ?1)")
      .bind(hash, password),
    db.prepare("DELETE FROM password_resets WHERE hash = ?").bind(hash),
  ]);
  return (set?.meta.changes ?? 0) > 0;
}
