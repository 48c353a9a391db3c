// Owns the table of lines that broke while an answer was awaited: whoever followed by one and comes back without a place is
// told how that answer ended.
import * as z from "zod";
import type { Rows } from "./rows.ts";

const Awaited = z.object({ turn_id: z.int() });

export class Absences {
  #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  note(userId: number, line: string, turns: readonly number[]): void {
    for (const turn of turns)
      this.#rows.run(
        "INSERT INTO absence (user_id, line, turn_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        ...[userId, line, turn],
      );
  }

  /** Of the line that was lost last, once: nobody says which of his lines somebody comes back for. */
  take(userId: number): number[] {
    const lost = `SELECT line FROM absence WHERE user_id = ?1 ORDER BY turn_id DESC LIMIT 1`;
    const awaited = this.#rows.all(
      Awaited,
      `SELECT turn_id FROM absence WHERE user_id = ?1 AND line = (${lost}) ORDER BY turn_id`,
      userId,
    );
    if (awaited.length > 0) this.#rows.run(`DELETE FROM absence WHERE user_id = ?1 AND line = (${lost})`, userId);
    return awaited.map(({ turn_id }) => turn_id);
  }
}
