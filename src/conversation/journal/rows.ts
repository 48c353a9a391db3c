// Typed queries on an object's own storage: every row is parsed by its schema. Knows no table.
import type * as z from "zod";

export type Value = string | number | null;

export class Rows {
  #storage: DurableObjectStorage;
  /** There are tables: before that, every query finds nothing. */
  exist = false;
  #written = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  all<S extends z.ZodType>(row: S, sql: string, ...values: Value[]): z.infer<S>[] {
    if (!this.exist) return [];
    return this.#storage.sql
      .exec(sql, ...values)
      .toArray()
      .map((raw) => row.parse(raw));
  }

  one<S extends z.ZodType>(row: S, sql: string, ...values: Value[]): z.infer<S> | null {
    return this.all(row, sql, ...values)[0] ?? null;
  }

  /** Rows changed, those of indexes too. */
  run(sql: string, ...values: Value[]): number {
    const { rowsWritten } = this.#storage.sql.exec(sql, ...values);
    this.#written += rowsWritten;
    return rowsWritten;
  }

  /** Rows changed since this was last asked: what the platform charges for. */
  takeWritten(): number {
    const written = this.#written;
    this.#written = 0;
    return written;
  }
}
