// The tables of a project's object: the gateway shards that listen, and how far each document is.
import * as z from "zod";
import type { DocumentStatus } from "../protocol/projects.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS gateway (shard TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS document (id INTEGER PRIMARY KEY, status TEXT NOT NULL, progress REAL NOT NULL) STRICT;`;

const Shard = z.object({ shard: z.string() });
const Document = z.object({ status: z.string(), progress: z.number() });

export class ProjectTables {
  #sql: SqlStorage;
  #exist: boolean;

  /** Reads only: an object that nobody used stays without a trace. */
  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#exist = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'document'").toArray().length > 0;
  }

  shards(): string[] {
    if (!this.#exist) return [];
    const rows = this.#sql.exec("SELECT shard FROM gateway").toArray();
    return rows.map((row) => Shard.parse(row).shard);
  }
  addShard(shard: string): void {
    this.#create();
    this.#sql.exec("INSERT INTO gateway (shard) VALUES (?) ON CONFLICT DO NOTHING", shard);
  }
  removeShard(shard: string): void {
    if (this.#exist) this.#sql.exec("DELETE FROM gateway WHERE shard = ?", shard);
  }

  document(id: number): z.infer<typeof Document> | null {
    if (!this.#exist) return null;
    const [row] = this.#sql.exec("SELECT status, progress FROM document WHERE id = ?", id).toArray();
    return row ? Document.parse(row) : null;
  }
  putDocument({ document_id, status, progress }: DocumentStatus): void {
    this.#create();
    const sql = "INSERT OR REPLACE INTO document (id, status, progress) VALUES (?, ?, ?)";
    this.#sql.exec(sql, document_id, status, progress);
  }

  #create(): void {
    if (!this.#exist) this.#sql.exec(SCHEMA);
    this.#exist = true;
  }
}
