// D1 as the runtime sees it: the HTTP protocol of the binding `cloudflare-internal:d1-api` over node:sqlite, with faults.
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import * as z from "zod";
import { listen } from "./listen.ts";

const Value = z.union([z.number(), z.string(), z.null(), z.array(z.number())]);
const Query = z.object({ sql: z.string(), params: z.array(Value).nullish() });
const Queries = z.union([Query.transform((query) => [query]), z.array(Query)]);
type Query = z.infer<typeof Query>;

/** What the database does wrong: `after` faults commit first and only then fail, the case that needs idempotence. */
export type D1Fault =
  | { kind: "none" }
  | { kind: "down" }
  | { kind: "slow"; ms: number }
  | { kind: "error_before" | "error_after" | "hang_after" | "overloaded" };

/** A moment in the life of one request, at which a test may act before the next one comes. */
export interface D1Moment {
  at: "received" | "committed";
  statements: string[];
}

export interface D1Stub {
  readonly port: number;
  fault: D1Fault;
  /** Told at each moment, so that a test can kill the server in it; "lost": the request never reached the database. */
  onMoment: ((moment: D1Moment) => "lost" | undefined) | null;
  /** Reads what is stored, past all faults. */
  rows(sql: string, ...params: SQLInputValue[]): Record<string, SQLOutputValue>[];
  /** Requests so far, whatever became of them: each is one query or one batch. */
  readonly requests: number;
  /** Rows written so far. */
  readonly rowsWritten: number;
  close(): Promise<void>;
}

/** Starts a database with all of `migrations/` applied; in memory or in `file`, outside of the runtime that may be killed. */
export async function startD1(file = ":memory:", migrations = "migrations"): Promise<D1Stub> {
  const db = new DatabaseSync(file);
  for (const name of readdirSync(migrations)
    .filter((file) => file.endsWith(".sql"))
    .sort())
    db.exec(readFileSync(join(migrations, name), "utf8"));

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    if (stub.fault.kind === "down") return void request.socket.destroy();
    const queries = Queries.parse(JSON.parse(await bodyOf(request)));
    const statements = queries.map(({ sql }) => sql);
    if (stub.onMoment?.({ at: "received", statements }) === "lost") return void request.socket.destroy();
    const fault = stub.fault;
    if (fault.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault.kind === "error_before") return send(response, failure("Network connection lost."));
    if (fault.kind === "overloaded") return send(response, failure("D1 DB is overloaded. Too many requests queued."));
    let results: unknown;
    try {
      results = transaction(db, queries, request.url?.includes("ROWS_AND_COLUMNS") ?? false);
    } catch (error) {
      return send(response, failure(error instanceof Error ? error.message : String(error)));
    }
    stub.onMoment?.({ at: "committed", statements });
    if (fault.kind === "hang_after") return;
    if (fault.kind === "error_after") return send(response, failure("Network connection lost."));
    send(response, results);
  };

  let requests = 0;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  const stub: D1Stub = {
    port,
    fault: { kind: "none" },
    onMoment: null,
    rows: (sql, ...params) => db.prepare(sql).all(...params),
    get requests() {
      return requests;
    },
    get rowsWritten() {
      return counters(db).changes;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      db.close();
    },
  };
  return stub;
}

const failure = (error: string) => ({ success: false, error });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += chunk;
  return body;
}

function send(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

/** All statements or none, as D1's batch. */
function transaction(db: DatabaseSync, queries: Query[], asRows: boolean): unknown[] {
  db.exec("BEGIN IMMEDIATE");
  try {
    const results = queries.map((query) => run(db, query, asRows));
    db.exec("COMMIT");
    return results;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

function run(db: DatabaseSync, { sql, params }: Query, asRows: boolean): unknown {
  const statement = prepared(db, sql);
  statement.setReturnArrays(true); // two columns of one name stay two
  const values = (params ?? []).map((value) => (Array.isArray(value) ? new Uint8Array(value) : value));
  const before = counters(db);
  // node:sqlite counts `?1` as a named parameter, not as a position.
  const rows = /\?\d/.test(sql)
    ? statement.all(Object.fromEntries(values.map((value, i) => [`?${i + 1}`, value])))
    : statement.all(...values);
  const after = counters(db);
  const columns = statement.columns().map(({ name }) => name);
  const plain = rows.map((row) =>
    Object.values(row).map((value) => (value instanceof Uint8Array ? [...value] : value)),
  );
  const objects = () => plain.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  return {
    success: true,
    results: asRows ? { columns, rows: plain } : objects(),
    meta: {
      served_by: "d1-stub",
      duration: 0,
      changes: after.changes - before.changes,
      last_row_id: after.last,
      changed_db: after.changes !== before.changes,
      size_after: 0,
      rows_read: rows.length,
      rows_written: after.changes - before.changes,
    },
  };
}

function counters(db: DatabaseSync): { changes: number; last: number } {
  const row = prepared(db, "SELECT total_changes() AS changes, last_insert_rowid() AS last").get();
  return { changes: Number(row?.changes), last: Number(row?.last) };
}

/** Statements are compiled once, as a database that serves many does it. */
function prepared(db: DatabaseSync, sql: string): StatementSync {
  const known = compiled.get(db) ?? new Map<string, StatementSync>();
  const statement = known.get(sql) ?? db.prepare(sql);
  compiled.set(db, known.set(sql, statement));
  return statement;
}

const compiled = new WeakMap<DatabaseSync, Map<string, StatementSync>>();
