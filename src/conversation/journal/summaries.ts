// Owns the table of summaries: what a doctor made of an interview's summary, and that he signed it. The message stays as the
// interviewer wrote it.
import * as z from "zod";
import { iso } from "../../lib/clock.ts";
import type { Person } from "../../protocol/entities.ts";
import type { Summary } from "../../protocol/interviews.ts";
import { MessageRow, messageOf } from "../../store/message-row.ts";
import type { Rows } from "./rows.ts";

const Doctor = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ user_id: z.int(), name: z.string() }))
  .nullable();
const SummaryRow = z.object({
  content: z.string().nullable(),
  edited_by: Doctor,
  edited_at: z.number().nullable(),
  signed_by: Doctor,
  signed_at: z.number().nullable(),
});

const at = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export class Summaries {
  #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** The latest one, as it is now. */
  latest(): Summary | null {
    const sql = `SELECT * FROM message WHERE role = 'assistant' AND deleted_at IS NULL AND data ->> '$.is_summary'
       ORDER BY id DESC LIMIT 1`;
    const row = this.#rows.one(MessageRow, sql);
    if (!row) return null;
    const { id, content, created_at } = messageOf(row);
    const kept = this.#kept(id);
    return {
      message_id: id,
      content: kept?.content ?? content,
      created_at,
      edited_by: kept?.edited_by ?? null,
      edited_at: at(kept?.edited_at ?? null),
      signed_by: kept?.signed_by ?? null,
      signed_at: at(kept?.signed_at ?? null),
    };
  }

  isSigned(messageId: number): boolean {
    return this.#kept(messageId)?.signed_by != null;
  }

  edit(messageId: number, content: string, by: z.infer<typeof Person>, ms: number): void {
    const sql = `INSERT INTO summary (message_id, content, edited_by, edited_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT DO UPDATE SET content = ?2, edited_by = ?3, edited_at = ?4`;
    this.#rows.run(sql, messageId, content, JSON.stringify(by), ms);
  }

  sign(messageId: number, by: z.infer<typeof Person>, ms: number): void {
    const sql = `INSERT INTO summary (message_id, signed_by, signed_at) VALUES (?1, ?2, ?3)
       ON CONFLICT DO UPDATE SET signed_by = ?2, signed_at = ?3`;
    this.#rows.run(sql, messageId, JSON.stringify(by), ms);
  }

  /** With its message. */
  forget(messageId: number): void {
    this.#rows.run("DELETE FROM summary WHERE message_id = ?", messageId);
  }

  #kept(messageId: number): z.infer<typeof SummaryRow> | null {
    return this.#rows.one(SummaryRow, "SELECT * FROM summary WHERE message_id = ?", messageId);
  }
}
