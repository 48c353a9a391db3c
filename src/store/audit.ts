// The audit log in D1: rows are added and read, never changed, and go after 400 days.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { AuditRow } from "../protocol/admin.ts";
import type { Page } from "../protocol/rest.ts";
import { paged } from "./paged.ts";

const KEPT_MS = 400 * 86_400_000;
const MINUTE_MS = 60_000;

const Row = z.object({ ...AuditRow.shape, at: z.int() });

export interface NewAuditRow extends Omit<AuditRow, "id" | "at" | "count"> {
  /** Epoch ms. */
  at: number;
}

/** A refusal that is like one of the same minute is counted in its row. */
export async function addAudit(db: D1Database, row: NewAuditRow): Promise<void> {
  const { at, action, actor_id, actor_role, session, resource, verdict, reason, detail } = row;
  const { network, agent, request_id } = row;
  const refusal =
    verdict === "deny"
      ? JSON.stringify([Math.floor(at / MINUTE_MS), action, actor_id, session, resource, reason, network])
      : null;
  const add = `INSERT INTO audit (at, action, actor_id, actor_role, session, resource, verdict, reason, detail, network,
       agent, request_id, refusal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (refusal) DO UPDATE SET count = count + 1`;
  await db.batch([
    db
      .prepare(add)
      .bind(
        ...[at, action, actor_id, actor_role, session, resource, verdict, reason],
        ...[detail, network, agent, request_id, refusal],
      ),
    db.prepare("DELETE FROM audit WHERE at < ?").bind(at - KEPT_MS),
  ]);
}

export interface AuditWish {
  /** Only what this user did. */
  actorId: number | null;
  action: string | null;
  /** Only rows before this one. */
  before: number | null;
  limit: number;
}

/** Newest first. */
export async function auditPage(
  db: D1Database,
  { actorId, action, before, limit }: AuditWish,
): Promise<Page<AuditRow>> {
  const by = {
    "id < ?": before ?? Number.MAX_SAFE_INTEGER,
    ...(actorId === null ? {} : { "actor_id = ?": actorId }),
    ...(action === null ? {} : { "action = ?": action }),
  };
  const sql = `SELECT * FROM audit WHERE ${Object.keys(by).join(" AND ")} ORDER BY id DESC LIMIT ?`;
  const { results } = await db
    .prepare(sql)
    .bind(...Object.values(by), limit + 1)
    .all();
  const rows = results.map((result) => Row.parse(result)).map(({ at, ...row }) => ({ ...row, at: iso(at) }));
  return paged(rows, limit);
}
