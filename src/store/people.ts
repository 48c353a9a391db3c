// The people in D1: found by name, by id, or by what an outside issuer calls them.
import * as z from "zod";
import { Role } from "../protocol/entities.ts";
import type { Page } from "../protocol/rest.ts";
import { paged } from "./paged.ts";

const Row = z.object({
  id: z.int(),
  username: z.string().nullable(),
  name: z.string(),
  email: z.string().nullable(),
  role: Role,
  password: z.string().nullable(),
  created_at: z.int(),
  disabled_at: z.int().nullable(),
});
export type Person = z.infer<typeof Row>;

const COLUMNS = "id, username, name, email, role, password, created_at, disabled_at";

/** Two spellings of one name are one name (Unicode NFKC, case ignored). */
export const usernameKey = (username: string): string => username.normalize("NFKC").trim().toLowerCase();

export interface NewPerson {
  username: string;
  name: string;
  email: string | null;
  role: Role;
  password: string;
  created_at: number;
}

const first = async (statement: D1PreparedStatement): Promise<Person | null> => {
  const row = await statement.first();
  return row === null ? null : Row.parse(row);
};

export const findByUsername = (db: D1Database, username: string): Promise<Person | null> =>
  first(db.prepare(`SELECT ${COLUMNS} FROM users WHERE username_key = ?`).bind(usernameKey(username)));

export const findById = (db: D1Database, id: number): Promise<Person | null> =>
  first(db.prepare(`SELECT ${COLUMNS} FROM users WHERE id = ?`).bind(id));

/** Null when the user name is taken. */
export const addPerson = (db: D1Database, person: NewPerson): Promise<Person | null> =>
  first(
    db
      .prepare(
        `INSERT INTO users (username, username_key, name, email, role, password, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (username_key) DO NOTHING RETURNING ${COLUMNS}`,
      )
      .bind(
        person.username,
        usernameKey(person.username),
        person.name,
        person.email,
        person.role,
        person.password,
        person.created_at,
      ),
  );

export const setPassword = async (db: D1Database, id: number, password: string): Promise<void> => {
  await db.prepare("UPDATE users SET password = ? WHERE id = ?").bind(password, id).run();
};

/** Changes what is given; null when there is no such user. */
export const changeProfile = (
  db: D1Database,
  id: number,
  change: { name?: string | undefined; email?: string | null | undefined },
): Promise<Person | null> =>
  first(
    db
      .prepare(
        `UPDATE users SET name = coalesce(?2, name), email = iif(?3, ?4, email) WHERE id = ?1 RETURNING ${COLUMNS}`,
      )
      .bind(id, change.name ?? null, change.email === undefined ? 0 : 1, change.email ?? null),
  );

/** Changes what is given; null when there is no such user. */
export const changeStanding = (
  db: D1Database,
  id: number,
  { role, disabled }: { role?: Role | undefined; disabled?: boolean | undefined },
  now: number,
): Promise<Person | null> =>
  first(
    db
      .prepare(
        `UPDATE users SET role = coalesce(?2, role),
           disabled_at = CASE ?3 WHEN 1 THEN coalesce(disabled_at, ?4) WHEN 0 THEN NULL ELSE disabled_at END
         WHERE id = ?1 RETURNING ${COLUMNS}`,
      )
      .bind(id, role ?? null, disabled === undefined ? null : Number(disabled), now),
  );

/** Those with `q` in their user name, name or address; the newest first, below the id `before`. */
export async function listPeople(
  db: D1Database,
  q: string,
  before: number | null,
  limit: number,
): Promise<Page<Person>> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM users WHERE id < ?1 AND (?2 = '' OR instr(username_key, ?2) OR instr(lower(name), ?2)
         OR instr(name, ?3) OR instr(lower(email), ?2)) ORDER BY id DESC LIMIT ?4`,
    )
    .bind(before ?? Number.MAX_SAFE_INTEGER, usernameKey(q), q, limit + 1)
    .all();
  return paged(
    results.map((row) => Row.parse(row)),
    limit,
  );
}

export async function anyOfThese(db: D1Database, usernames: readonly string[]): Promise<boolean> {
  const found = await db
    .prepare("SELECT 1 FROM users WHERE username_key IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(usernames.map(usernameKey)))
    .first();
  return found !== null;
}

export interface Outsider {
  issuer: string;
  subject: string;
  name: string;
  role: Role;
}

/** The user behind an outside issuer's subject, made at first sight. */
export async function admitSubject(db: D1Database, outsider: Outsider, now: number): Promise<Person> {
  const known = () =>
    first(
      db
        .prepare(
          `SELECT ${COLUMNS} FROM users WHERE id = (SELECT user_id FROM subjects WHERE issuer = ? AND subject = ?)`,
        )
        .bind(outsider.issuer, outsider.subject),
    );
  const found = await known();
  if (found) return found;
  // One transaction; of two first sights at once, the loser's user row is undone by the condition.
  await db.batch([
    db
      .prepare(
        `INSERT INTO users (name, role, created_at) SELECT ?3, ?4, ?5
         WHERE NOT EXISTS (SELECT 1 FROM subjects WHERE issuer = ?1 AND subject = ?2)`,
      )
      .bind(outsider.issuer, outsider.subject, outsider.name, outsider.role, now),
    db
      .prepare(
        `INSERT INTO subjects (issuer, subject, user_id) SELECT ?1, ?2, last_insert_rowid()
         WHERE NOT EXISTS (SELECT 1 FROM subjects WHERE issuer = ?1 AND subject = ?2)`,
      )
      .bind(outsider.issuer, outsider.subject),
  ]);
  const made = await known();
  if (!made) throw new Error("a subject just admitted is not there");
  return made;
}

/** The user whose id an outside token names, made at first sight with that id: older clients compare ids. */
export async function admitId(db: D1Database, id: number, outsider: Outsider, now: number): Promise<Person> {
  await db
    .prepare("INSERT INTO users (id, name, role, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING")
    .bind(id, outsider.name, outsider.role, now)
    .run();
  const person = await findById(db, id);
  if (!person) throw new Error("a user just admitted is not there");
  return person;
}
