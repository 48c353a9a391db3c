// Owns the tables of turns: what was asked for, the answer's text while it runs, and one row for each call to a
// provider. No decision is here.
import * as z from "zod";
import type { Rows } from "./rows.ts";
import { type AttemptRecord, AttemptRow, CountRow, type TurnRecord, TurnRow } from "./tables.ts";

/** UTF-16 units of one row of text in flight: a few of them share a page of the store. */
const PIECE = 1_600;

const PieceRow = z.object({ text: z.string() });

const encode = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

export class Ledger {
  #rows: Rows;
  #turnId = 0;
  /** The row that the next text may still go into. */
  #piece: { turnId: number; start: number; end: number } | null = null;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Numbers go on where the stored ones end. */
  load(): void {
    this.#piece = null;
    this.#turnId = this.#rows.one(CountRow, "SELECT coalesce(max(id), 0) AS n, NULL AS size FROM turn")?.n ?? 0;
  }

  nextTurnId(): number {
    return ++this.#turnId;
  }
  putTurn(t: TurnRecord): void {
    this.#rows.run(
      `INSERT OR REPLACE INTO turn (id, question_id, answer_id, user_id, state, model, attempt, temperature,
         finish_reason, usage, error, created_at, started_at, ended_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[t.id, t.question_id, t.answer_id, t.user_id, t.state, t.model, t.attempt, t.temperature, t.finish_reason],
      ...[encode(t.usage), encode(t.error), t.created_at, t.started_at, t.ended_at],
    );
  }
  turn(id: number): TurnRecord | null {
    return this.#rows.one(TurnRow, "SELECT * FROM turn WHERE id = ?", id);
  }
  /** Open turns in the order in which they will run; the running one, if any, is first. */
  openTurns(): TurnRecord[] {
    return this.#rows.all(TurnRow, "SELECT * FROM turn WHERE ended_at IS NULL ORDER BY id");
  }
  /** Was an answer to this question ever asked for? */
  wasAsked(questionId: number): boolean {
    const sql = "SELECT count(*) AS n, NULL AS size FROM (SELECT 1 FROM turn WHERE question_id = ? LIMIT 1)";
    return (this.#rows.one(CountRow, sql, questionId)?.n ?? 0) > 0;
  }
  turnsBefore(before: number, limit: number): TurnRecord[] {
    return this.#rows.all(TurnRow, "SELECT * FROM turn WHERE id < ? ORDER BY id DESC LIMIT ?", before, limit);
  }
  putAttempt(a: AttemptRecord): void {
    this.#rows.run(
      `INSERT OR REPLACE INTO attempt (turn_id, attempt, reason, model, start, outcome, error, usage, started_at,
         first_token_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[a.turn_id, a.attempt, a.reason, a.model, a.start, a.outcome, a.error, encode(a.usage), a.started_at],
      ...[a.first_token_at, a.ended_at],
    );
  }
  attempts(turnId: number): AttemptRecord[] {
    return this.#rows.all(AttemptRow, "SELECT * FROM attempt WHERE turn_id = ? ORDER BY attempt", turnId);
  }
  /** One row written, whatever its length: an index or a row of its own for each frame would cost twice as much. */
  addText(turnId: number, from: number, text: string): void {
    const piece = this.#piece;
    const end = from + text.length;
    if (piece?.turnId === turnId && piece.end === from && end - piece.start <= PIECE) {
      this.#rows.run("UPDATE chunk SET text = text || ? WHERE turn_id = ? AND start = ?", text, turnId, piece.start);
      piece.end = end;
    } else {
      this.#rows.run("INSERT INTO chunk (turn_id, start, text) VALUES (?, ?, ?)", turnId, from, text);
      this.#piece = { turnId, start: from, end };
    }
  }
  text(turnId: number): string {
    const rows = this.#rows.all(PieceRow, "SELECT text FROM chunk WHERE turn_id = ? ORDER BY start", turnId);
    return rows.map((row) => row.text).join("");
  }
  clearText(turnId: number): void {
    this.#piece = null;
    this.#rows.run("DELETE FROM chunk WHERE turn_id = ?", turnId);
  }
}
