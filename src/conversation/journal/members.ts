// Owns the table of members: who takes part, as what, and how far each has read.
import type { Member, MemberRole } from "../../protocol/entities.ts";
import type { Rows, Value } from "./rows.ts";
import { MemberRow, type ReadMark, ReadRow } from "./tables.ts";

export type MemberMark = ReadMark & { user_id: number };

export class Members {
  #rows: Rows;
  /** As stored: every command asks who its sender is here. */
  #known: ReadonlyMap<number, Member> | null = null;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** What was known may not have been committed. */
  load(): void {
    this.#known = null;
  }

  all(): Member[] {
    return this.#rows.all(MemberRow, "SELECT user_id, name, role, read_id FROM member ORDER BY user_id");
  }
  find(userId: number): Member | null {
    this.#known ??= new Map(this.all().map((member) => [member.user_id, member]));
    return this.#known.get(userId) ?? null;
  }
  put(userId: number, name: string, role: MemberRole): void {
    this.#write(
      `INSERT INTO member (user_id, name, role) VALUES (?, ?, ?)
       ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, role = excluded.role`,
      ...[userId, name, role],
    );
  }
  /** What somebody is called here: a member as the row says, which follows the profile. */
  nameOf(person: { user_id: number; name: string }): string {
    return this.find(person.user_id)?.name ?? person.name;
  }
  remove(userId: number): void {
    this.#write("DELETE FROM member WHERE user_id = ?", userId);
  }

  /** Raises a member's mark; false when it already was there. */
  markRead(userId: number, { message_id, seq }: ReadMark): boolean {
    const sql = "UPDATE member SET read_id = ?1, read_seq = ?2 WHERE user_id = ?3 AND read_seq < ?2";
    return this.#write(sql, message_id, seq, userId) > 0;
  }
  /** Marks of which D1 has not heard. */
  unflushed(): MemberMark[] {
    const sql = "SELECT user_id, read_id AS message_id, read_seq AS seq FROM member WHERE read_seq > read_flushed";
    return this.#rows.all(ReadRow, sql);
  }
  flushed(marks: readonly MemberMark[]): void {
    for (const m of marks) this.#rows.run("UPDATE member SET read_flushed = ? WHERE user_id = ?", m.seq, m.user_id);
  }

  #write(sql: string, ...values: Value[]): number {
    this.#known = null;
    return this.#rows.run(sql, ...values);
  }
}
