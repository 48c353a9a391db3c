// The keys of services, by the hash of each.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { type ApiKey, Scope } from "../protocol/admin.ts";
import type { Page } from "../protocol/rest.ts";
import { paged } from "./paged.ts";

const Row = z.object({
  id: z.int(),
  name: z.string(),
  scopes: z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(z.array(Scope)),
  created_by: z.int(),
  created_at: z.int(),
  last_used_at: z.int().nullable(),
});

const COLUMNS = "id, name, scopes, created_by, created_at, last_used_at";

/** How exact `last_used_at` is: a use is no reason for a write each time. */
const TOUCH_MS = 60_000;

const keyOf = (row: unknown): ApiKey => {
  const { created_at, last_used_at, ...key } = Row.parse(row);
  return { ...key, created_at: iso(created_at), last_used_at: last_used_at === null ? null : iso(last_used_at) };
};

export interface NewKey {
  hash: string;
  name: string;
  scopes: readonly Scope[];
  created_by: number;
  created_at: number;
}

export async function addKey(db: D1Database, key: NewKey): Promise<ApiKey> {
  const row = await db
    .prepare(
      `INSERT INTO api_keys (hash, name, scopes, created_by, created_at) VALUES (?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
    )
    .bind(key.hash, key.name, JSON.stringify(key.scopes), key.created_by, key.created_at)
    .first();
  return keyOf(row);
}

export async function findKey(db: D1Database, hash: string): Promise<ApiKey | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE hash = ?`).bind(hash).first();
  return row === null ? null : keyOf(row);
}

/** Newest first; `before` as a page before gave it. */
export async function listKeys(db: D1Database, before: number | null, limit: number): Promise<Page<ApiKey>> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM api_keys WHERE id < ? ORDER BY id DESC LIMIT ?`)
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit + 1)
    .all();
  return paged(results.map(keyOf), limit);
}

/** False when there is no such key (any more). */
export async function removeKey(db: D1Database, id: number): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM api_keys WHERE id = ?").bind(id).run();
  return meta.changes > 0;
}

export async function touchKey(db: D1Database, id: number, now: number): Promise<void> {
  await db
    .prepare("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at, 0) <= ?3")
    .bind(id, now, now - TOUCH_MS)
    .run();
}
