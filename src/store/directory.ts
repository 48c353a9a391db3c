// Doctors, patients and hospitals in D1, and who is related to whom.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { type Entity, EntityKind, Relation, type RelationBody, type RelationEnd } from "../protocol/interviews.ts";
import type { Page } from "../protocol/rest.ts";
import { paged } from "./paged.ts";

const Row = z.object({
  id: z.int(),
  kind: EntityKind,
  name: z.string(),
  user_id: z.int().nullable(),
  created_at: z.int(),
});
const IdRow = z.object({ id: z.int() });

/** With the user who is related to a patient as himself. */
const SELECT = `SELECT e.id, kind, name, created_at, coalesce(e.user_id, (SELECT min(r.user_id) FROM relations r
   WHERE r.patient_id = e.id AND relation = 'self')) AS user_id FROM entities e`;

const entityOf = (raw: unknown): Entity => {
  const { created_at, ...row } = Row.parse(raw);
  return { ...row, created_at: iso(created_at) };
};

/** `mine` null: of all; else only of this hospital, the hospital itself included. */
const SEEN = "(?2 IS NULL OR e.id = ?2 OR e.id IN (SELECT entity_id FROM affiliations WHERE hospital_id = ?2))";

export async function findEntity(
  db: D1Database,
  kind: EntityKind,
  id: number,
  mine: number | null = null,
): Promise<Entity | null> {
  const row = await db.prepare(`${SELECT} WHERE e.id = ?1 AND kind = ?3 AND ${SEEN}`).bind(id, mine, kind).first();
  return row && entityOf(row);
}

/** The newest first, below the id `before`. */
export async function listEntities(
  db: D1Database,
  kind: EntityKind,
  mine: number | null,
  before: number | null,
  limit: number,
): Promise<Page<Entity>> {
  const { results } = await db
    .prepare(`${SELECT} WHERE e.id < ?1 AND kind = ?3 AND ${SEEN} ORDER BY e.id DESC LIMIT ?4`)
    .bind(before ?? Number.MAX_SAFE_INTEGER, mine, kind, limit + 1)
    .all();
  return paged(results.map(entityOf), limit);
}

/** A user's own profile of this kind. */
export async function profileOf(db: D1Database, kind: EntityKind, userId: number): Promise<number | null> {
  const row = await db.prepare("SELECT id FROM entities WHERE user_id = ? AND kind = ?").bind(userId, kind).first();
  return row && IdRow.parse(row).id;
}

/** The patient whom a user is related to, the closest relation first; `relation` null: any. */
export async function patientOf(db: D1Database, userId: number, relation: Relation | null): Promise<number | null> {
  const order = Relation.options.map((name, place) => `WHEN '${name}' THEN ${place}`).join(" ");
  const row = await db
    .prepare(
      `SELECT patient_id AS id FROM relations WHERE user_id = ?1 AND (?2 IS NULL OR relation = ?2)
       ORDER BY CASE relation ${order} END, id LIMIT 1`,
    )
    .bind(userId, relation)
    .first();
  return row && IdRow.parse(row).id;
}

/** Null when the user has a profile of this kind already. A patient's user becomes related to him as `self`. */
export async function addEntity(
  db: D1Database,
  entity: { kind: EntityKind; name: string; user_id: number | null; hospital: number | null },
  now: number,
): Promise<Entity | null> {
  const { kind, name, user_id, hospital } = entity;
  const patient = kind === "patient";
  const added = await db
    .prepare(
      "INSERT INTO entities (kind, name, user_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(kind, name, patient ? null : user_id, now)
    .first();
  if (!added) return null;
  const { id } = IdRow.parse(added);
  if (patient && user_id !== null) await relate(db, { user_id, patient_id: id, relation: "self" });
  if (hospital !== null) await affiliate(db, hospital, id);
  return findEntity(db, kind, id);
}

/** Again it changes nothing. */
export async function relate(db: D1Database, { user_id, patient_id, relation }: RelationBody): Promise<void> {
  await db
    .prepare("INSERT INTO relations (user_id, patient_id, relation) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    .bind(user_id, patient_id, relation)
    .run();
}

/** Again it changes nothing. */
export async function unrelate(db: D1Database, { user_id, patient_id, relation }: RelationEnd): Promise<void> {
  await db
    .prepare("DELETE FROM relations WHERE user_id = ?1 AND patient_id = ?2 AND (?3 IS NULL OR relation = ?3)")
    .bind(user_id, patient_id, relation ?? null)
    .run();
}

/** Again it changes nothing. */
export async function affiliate(db: D1Database, hospitalId: number, entityId: number): Promise<void> {
  await db
    .prepare("INSERT INTO affiliations (hospital_id, entity_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
    .bind(hospitalId, entityId)
    .run();
}

/** Do a doctor and a patient know each other: by a hospital of both, or a chat that they have? */
export async function acquainted(db: D1Database, doctorId: number, patientId: number): Promise<boolean> {
  const found = await db
    .prepare(
      `SELECT 1 FROM affiliations d JOIN affiliations p ON p.hospital_id = d.hospital_id
         WHERE d.entity_id = ?1 AND p.entity_id = ?2
       UNION ALL SELECT 1 FROM interview_chats WHERE doctor_id = ?1 AND patient_id = ?2 LIMIT 1`,
    )
    .bind(doctorId, patientId)
    .first();
  return found !== null;
}
