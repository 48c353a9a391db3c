// Brings the tables of an object forward: whatever version of this program made them, they become what this one knows.
import * as z from "zod";

/** How many of an object's migrations were applied, and where that is written down. */
export interface Version {
  applied: number;
  keep(applied: number): void;
}

const Applied = z.object({ applied: z.int() });

/** Applies in order what is missing, all of it or nothing. A released migration never changes: new ones come behind it. */
export function migrate(
  storage: DurableObjectStorage,
  migrations: readonly string[],
  version: Version = counted(storage.sql),
): void {
  const missing = migrations.slice(version.applied);
  if (missing.length === 0) return;
  storage.transactionSync(() => {
    for (const migration of missing) storage.sql.exec(migration);
    version.keep(migrations.length);
  });
}

/** In a table of its own. Tables older than it count as nothing applied: first migrations find them there. */
function counted(sql: SqlStorage): Version {
  const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'version'").toArray().length > 0;
  const [row] = exists ? sql.exec("SELECT applied FROM version").toArray() : [];
  return {
    applied: row ? Applied.parse(row).applied : 0,
    keep: (applied) => {
      sql.exec("CREATE TABLE IF NOT EXISTS version (applied INTEGER NOT NULL) STRICT");
      sql.exec("DELETE FROM version");
      sql.exec("INSERT INTO version (applied) VALUES (?)", applied);
    },
  };
}
