// The tables of a project's object: the gateway shards that listen, how far each document is, and how many changes of who
// takes part are not known everywhere yet.
import * as z from "zod";
import { DocumentStatus } from "../protocol/projects.ts";
import { migrate } from "../store/migrate.ts";

/** The first two find tables that were made before migrations were counted: with `error` and `unspread`, or without. */
const MIGRATIONS = [
  `CREATE TABLE IF NOT EXISTS gateway (shard TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS document (id INTEGER PRIMARY KEY, status TEXT NOT NULL, progress REAL NOT NULL) STRICT;`,
  // Where `older` has no column `error`, SQLite takes the null of the outer `found`.
  `CREATE TABLE IF NOT EXISTS unspread (changes INTEGER NOT NULL) STRICT;
   ALTER TABLE document RENAME TO older;
   CREATE TABLE document (id INTEGER PRIMARY KEY, status TEXT NOT NULL, progress REAL NOT NULL, error TEXT) STRICT;
   INSERT INTO document (id, status, progress, error)
     SELECT id, status, progress, (SELECT error FROM older WHERE older.id = found.id)
     FROM (SELECT id, status, progress, NULL AS error FROM older) AS found;
   DROP TABLE older;`,
];

const Shard = z.object({ shard: z.string() });
const Document = z
  .object({ ...DocumentStatus.omit({ error: true }).shape, error: z.string().nullable() })
  .transform(({ error, ...document }): DocumentStatus => (error === null ? document : { ...document, error }));
const Unspread = z.object({ changes: z.int() });

export class ProjectTables {
  #storage: DurableObjectStorage;
  #sql: SqlStorage;
  #exist: boolean;

  /** Reads only (but for migrations): an object that nobody used stays without a trace. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#exist = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'document'").toArray().length > 0;
    if (this.#exist) migrate(storage, MIGRATIONS);
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

  document(id: number): DocumentStatus | null {
    return this.documents(id + 1, 1).find(({ document_id }) => document_id === id) ?? null;
  }
  /** At most `limit` below `before`, newest first. */
  documents(before: number, limit: number): DocumentStatus[] {
    if (!this.#exist) return [];
    const sql = `SELECT id AS document_id, status, progress, error FROM document WHERE id < ? ORDER BY id DESC LIMIT ?`;
    const rows = this.#sql.exec(sql, before, limit).toArray();
    return rows.map((row) => Document.parse(row));
  }
  putDocument({ document_id, status, progress, error }: DocumentStatus): void {
    this.#create();
    const sql = "INSERT OR REPLACE INTO document (id, status, progress, error) VALUES (?, ?, ?, ?)";
    this.#sql.exec(sql, document_id, status, progress, error ?? null);
  }

  changes(): number {
    if (!this.#exist) return 0;
    const [row] = this.#sql.exec("SELECT changes FROM unspread").toArray();
    return row ? Unspread.parse(row).changes : 0;
  }
  addChange(): void {
    this.#create();
    const changes = this.changes() + 1;
    this.clearChanges();
    this.#sql.exec("INSERT INTO unspread (changes) VALUES (?)", changes);
  }
  clearChanges(): void {
    this.#sql.exec("DELETE FROM unspread");
  }

  /** The project is gone. */
  forget(): void {
    this.#sql.exec("DROP TABLE gateway; DROP TABLE document; DROP TABLE unspread; DROP TABLE version;");
    this.#exist = false;
  }

  #create(): void {
    if (!this.#exist) migrate(this.#storage, MIGRATIONS);
    this.#exist = true;
  }
}
