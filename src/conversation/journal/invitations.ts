// Owns the table of invitations: everything about a link but its code, of which only a digest is kept. No decision is here.
import * as z from "zod";
import { MemberRole } from "../../protocol/entities.ts";
import type { Rows } from "./rows.ts";

/** `uses_left` null: any number. Times in epoch ms. */
const InvitationRow = z.object({
  id: z.int(),
  role: MemberRole,
  uses_left: z.int().nullable(),
  expires_at: z.number(),
  created_by: z.int(),
  created_at: z.number(),
});
export type InvitationRecord = z.infer<typeof InvitationRow>;

const COLUMNS = "id, role, uses_left, expires_at, created_by, created_at";
const OPEN = "expires_at > ? AND (uses_left IS NULL OR uses_left > 0)";

export class Invitations {
  #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  add(hash: string, i: Omit<InvitationRecord, "id">): InvitationRecord {
    const [added] = this.#rows.all(
      InvitationRow,
      `INSERT INTO invitation (hash, role, uses_left, expires_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)
       RETURNING ${COLUMNS}`,
      ...[hash, i.role, i.uses_left, i.expires_at, i.created_by, i.created_at],
    );
    return InvitationRow.parse(added);
  }
  /** Those that can still be used at `now`, newest first. */
  open(now: number): InvitationRecord[] {
    const sql = `SELECT ${COLUMNS} FROM invitation WHERE ${OPEN} ORDER BY id DESC`;
    return this.#rows.all(InvitationRow, sql, now);
  }
  /** The one with this digest, if it can still be used at `now`, by this user. */
  find(hash: string, userId: number, now: number): InvitationRecord | null {
    const sql = `SELECT ${COLUMNS} FROM invitation WHERE hash = ? AND ${OPEN}
       AND NOT EXISTS (SELECT 1 FROM json_each(barred) WHERE value = ?)`;
    return this.#rows.one(InvitationRow, sql, hash, now, userId);
  }
  use(id: number): void {
    this.#rows.run("UPDATE invitation SET uses_left = uses_left - 1 WHERE id = ?", id);
  }
  /** false when there is none. */
  remove(id: number): boolean {
    return this.#rows.run("DELETE FROM invitation WHERE id = ?", id) > 0;
  }
  /** Drops those that can no longer be used. */
  sweep(now: number): void {
    this.#rows.run(`DELETE FROM invitation WHERE NOT (${OPEN})`, now);
  }
  /** From now on none that exists lets this user in. */
  bar(userId: number): void {
    this.#rows.run(
      `UPDATE invitation SET barred = json_insert(barred, '$[#]', ?1)
       WHERE NOT EXISTS (SELECT 1 FROM json_each(barred) WHERE value = ?1)`,
      userId,
    );
  }
}
