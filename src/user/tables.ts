// The one file that reads and writes the tables of a user's object. Nothing is written before `create()`.
import * as z from "zod";
import type { Place } from "../auth/logins.ts";
import { Role } from "../protocol/entities.ts";
import { migrate } from "../store/migrate.ts";

/** The first two find tables that were made before migrations were counted. */
const MIGRATIONS = [
  `CREATE TABLE IF NOT EXISTS profile (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     user_id INTEGER NOT NULL, username TEXT, name TEXT NOT NULL, email TEXT, role TEXT NOT NULL,
     disabled INTEGER NOT NULL, revoked_before INTEGER NOT NULL) STRICT;
   CREATE TABLE IF NOT EXISTS sessions (
     sid TEXT PRIMARY KEY, device TEXT, created_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL, ended_at INTEGER,
     refresh_hash TEXT NOT NULL UNIQUE, refresh_key TEXT NOT NULL, mirrored INTEGER NOT NULL) STRICT;
   CREATE TABLE IF NOT EXISTS spent_tokens (
     hash TEXT PRIMARY KEY, sid TEXT NOT NULL, spent_at INTEGER NOT NULL, request_id TEXT, iat INTEGER NOT NULL,
     jti TEXT NOT NULL) STRICT;
   CREATE INDEX IF NOT EXISTS spent_tokens_by_sid ON spent_tokens (sid);
   -- sid is '' for a login of an outside issuer.
   CREATE TABLE IF NOT EXISTS places (
     kind TEXT NOT NULL, name TEXT NOT NULL, sid TEXT NOT NULL, connected_at INTEGER NOT NULL,
     PRIMARY KEY (kind, name, sid)) STRICT;
   -- Revocations on their way to the places; sid null ends every login issued before that time.
   CREATE TABLE IF NOT EXISTS orders (
     id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, sid TEXT, before INTEGER NOT NULL,
     attempts INTEGER NOT NULL, due_at INTEGER NOT NULL) STRICT;
   CREATE TABLE IF NOT EXISTS loans (place TEXT PRIMARY KEY, tokens INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
   CREATE TABLE IF NOT EXISTS spending (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL) STRICT;`,
  // Socket tickets that were shown.
  "CREATE TABLE IF NOT EXISTS tickets (jti TEXT PRIMARY KEY, exp INTEGER NOT NULL) STRICT, WITHOUT ROWID",
];

const Profile = z.object({
  user_id: z.int(),
  username: z.string().nullable(),
  name: z.string(),
  email: z.string().nullable(),
  role: Role,
  disabled: z.int().transform(Boolean),
  revoked_before: z.int(),
});
export type Profile = z.infer<typeof Profile>;

const Session = z.object({
  sid: z.string(),
  device: z.string().nullable(),
  created_at: z.int(),
  used_at: z.int(),
  expires_at: z.int(),
  ended_at: z.int().nullable(),
  refresh_hash: z.string(),
  refresh_key: z.string(),
});
export type Session = z.infer<typeof Session>;

const Tokens = z.object({ tokens: z.int() });
const Spent = z.object({
  sid: z.string(),
  spent_at: z.int(),
  request_id: z.string().nullable(),
  iat: z.int(),
  jti: z.string(),
});
export type Spent = z.infer<typeof Spent>;

const PlaceRow = z.object({ kind: z.enum(["conversation", "gateway"]), name: z.string() });

const Order = z.object({
  id: z.int(),
  kind: z.enum(["conversation", "gateway"]),
  name: z.string(),
  sid: z.string().nullable(),
  before: z.int(),
  attempts: z.int(),
  due_at: z.int(),
});
export type Order = z.infer<typeof Order>;

const Loan = z.object({ place: z.string(), tokens: z.int(), until: z.int() });
export type Loan = z.infer<typeof Loan>;

const SESSION = "sid, device, created_at, used_at, expires_at, ended_at, refresh_hash, refresh_key";

export class UserTables {
  #storage: DurableObjectStorage;
  #created: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#created = this.#exists();
    if (this.#created) migrate(storage, MIGRATIONS);
  }

  /** All or nothing, even when `change` throws (reliability.md §2.2). */
  transaction<T>(change: () => T): T {
    try {
      return this.#storage.transactionSync(change);
    } catch (error) {
      this.#created = this.#exists();
      throw error;
    }
  }

  create(): void {
    if (this.#created) return;
    migrate(this.#storage, MIGRATIONS);
    this.#created = true;
  }

  profile(): Profile | null {
    if (!this.#created) return null;
    const [row] = this.#rows("SELECT * FROM profile");
    return row ? Profile.parse(row) : null;
  }

  putProfile(p: Profile): void {
    this.#run(
      "INSERT OR REPLACE INTO profile VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
      p.user_id,
      p.username,
      p.name,
      p.email,
      p.role,
      Number(p.disabled),
      p.revoked_before,
    );
  }

  // Sessions: every change makes a row due for its mirror in D1.

  session(sid: string): Session | null {
    const [row] = this.#rows(`SELECT ${SESSION} FROM sessions WHERE sid = ?`, sid);
    return row ? Session.parse(row) : null;
  }

  sessionByRefresh(hash: string): Session | null {
    const [row] = this.#rows(`SELECT ${SESSION} FROM sessions WHERE refresh_hash = ?`, hash);
    return row ? Session.parse(row) : null;
  }

  /** Standing ones, newest first. */
  standing(now: number, limit: number): Session[] {
    return this.#rows(
      `SELECT ${SESSION} FROM sessions WHERE ended_at IS NULL AND expires_at > ? ORDER BY created_at DESC, sid LIMIT ?`,
      now,
      limit,
    ).map((row) => Session.parse(row));
  }

  addSession(s: Session): void {
    this.#run(
      `INSERT INTO sessions (${SESSION}, mirrored) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      s.sid,
      s.device,
      s.created_at,
      s.used_at,
      s.expires_at,
      s.ended_at,
      s.refresh_hash,
      s.refresh_key,
    );
  }

  rotate(sid: string, refreshHash: string, now: number): void {
    this.#run("UPDATE sessions SET refresh_hash = ?, used_at = ?, mirrored = 0 WHERE sid = ?", refreshHash, now, sid);
  }

  /** Its use alone is not worth a write to D1. */
  touch(sid: string, now: number): void {
    this.#run("UPDATE sessions SET used_at = ? WHERE sid = ?", now, sid);
  }

  endSession(sid: string, now: number): void {
    this.#run("UPDATE sessions SET ended_at = ?, mirrored = 0 WHERE sid = ? AND ended_at IS NULL", now, sid);
    this.#run("DELETE FROM spent_tokens WHERE sid = ?", sid);
  }

  /** All of them, or all but one. */
  endSessions(except: string | null, now: number): void {
    this.#run("UPDATE sessions SET ended_at = ?, mirrored = 0 WHERE ended_at IS NULL AND sid IS NOT ?", now, except);
    this.#run("DELETE FROM spent_tokens WHERE sid IS NOT ?", except);
  }

  unmirrored(limit: number): Session[] {
    if (!this.#created) return [];
    return this.#rows(`SELECT ${SESSION} FROM sessions WHERE mirrored = 0 LIMIT ?`, limit).map((row) =>
      Session.parse(row),
    );
  }

  /** Marks the rows as they were sent; one that changed meanwhile stays due. Rows past their use go. */
  markMirrored(sent: readonly Session[], now: number): void {
    for (const s of sent)
      this.#run(
        "UPDATE sessions SET mirrored = 1 WHERE sid = ? AND refresh_hash = ? AND ended_at IS ?",
        s.sid,
        s.refresh_hash,
        s.ended_at,
      );
    this.#run("DELETE FROM spent_tokens WHERE sid IN (SELECT sid FROM sessions WHERE expires_at <= ?)", now);
    this.#run("DELETE FROM sessions WHERE mirrored = 1 AND (ended_at IS NOT NULL OR expires_at <= ?)", now);
  }

  // Refresh tokens already used.

  spend(hash: string, spent: Spent): void {
    const { sid, spent_at, request_id, iat, jti } = spent;
    this.#run("INSERT INTO spent_tokens VALUES (?, ?, ?, ?, ?, ?)", hash, sid, spent_at, request_id, iat, jti);
  }

  spent(hash: string): Spent | null {
    const [row] = this.#rows("SELECT * FROM spent_tokens WHERE hash = ?", hash);
    return row ? Spent.parse(row) : null;
  }

  /** Keeps a ticket's id until it expires (epoch seconds); false when it was used before. `now` in epoch ms. */
  spendTicket(jti: string, exp: number, now: number): boolean {
    this.#run("DELETE FROM tickets WHERE exp < ?", Math.floor(now / 1000) - 60);
    return this.#rows("INSERT INTO tickets VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING jti", jti, exp).length > 0;
  }

  // Where the user is connected.

  addPlace(place: Place, sid: string | null, now: number): void {
    this.#run("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", place.kind, place.name, sid ?? "", now);
  }

  removePlace(place: Place, connectedBefore: number): void {
    this.#run(
      "DELETE FROM places WHERE kind = ? AND name = ? AND connected_at <= ?",
      place.kind,
      place.name,
      connectedBefore,
    );
  }

  /** Where any login is connected. */
  places(): Place[] {
    return this.#rows("SELECT DISTINCT kind, name FROM places").map((row) => PlaceRow.parse(row));
  }

  /** Where which session is connected; those of outside issuers are none. */
  sessionPlaces(): { sid: string; place: Place }[] {
    return this.#rows("SELECT kind, name, sid FROM places WHERE sid <> ''").map((row) => {
      const { sid, ...place } = PlaceRow.extend({ sid: z.string() }).parse(row);
      return { sid, place };
    });
  }

  /** Of one session, or all. */
  forgetPlaces(sid: string | null): void {
    if (sid === null) this.#run("DELETE FROM places");
    else this.#run("DELETE FROM places WHERE sid = ?", sid);
  }

  // Revocations not yet acknowledged.

  addOrder(place: Place, sid: string | null, before: number, due: number): void {
    this.#run(
      "INSERT INTO orders (kind, name, sid, before, attempts, due_at) VALUES (?, ?, ?, ?, 0, ?)",
      place.kind,
      place.name,
      sid,
      before,
      due,
    );
  }

  dueOrders(now: number, limit: number): Order[] {
    if (!this.#created) return [];
    return this.#rows("SELECT * FROM orders WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", now, limit).map((row) =>
      Order.parse(row),
    );
  }

  nextOrder(): number | null {
    if (!this.#created) return null;
    const [row] = this.#rows("SELECT due_at FROM orders ORDER BY due_at LIMIT 1");
    return row ? z.object({ due_at: z.int() }).parse(row).due_at : null;
  }

  postponeOrder(id: number, attempts: number, due: number): void {
    this.#run("UPDATE orders SET attempts = ?, due_at = ? WHERE id = ?", attempts, due, id);
  }

  removeOrder(id: number): void {
    this.#run("DELETE FROM orders WHERE id = ?", id);
  }

  #exists(): boolean {
    return this.#rows("SELECT 1 FROM sqlite_master WHERE name = 'profile'").length > 0;
  }

  // Tokens lent to running turns, and used up by day.

  loans(): Loan[] {
    return this.#rows("SELECT place, tokens, until FROM loans").map((row) => Loan.parse(row));
  }

  lend(place: string, tokens: number, until: number): void {
    this.#run("INSERT OR REPLACE INTO loans VALUES (?, ?, ?)", place, tokens, until);
  }

  endLoan(place: string): void {
    this.#run("DELETE FROM loans WHERE place = ?", place);
  }

  spentOn(day: string): number {
    const [row] = this.#rows("SELECT tokens FROM spending WHERE day = ?", day);
    return row ? Tokens.parse(row).tokens : 0;
  }

  /** Earlier days are of no more use. */
  addSpent(day: string, tokens: number): void {
    this.#run("DELETE FROM spending WHERE day < ?", day);
    this.#run("INSERT INTO spending VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET tokens = tokens + ?2", day, tokens);
  }

  #run(statement: string, ...values: (string | number | null)[]): void {
    this.#storage.sql.exec(statement, ...values);
  }

  #rows(statement: string, ...values: (string | number | null)[]): Record<string, SqlStorageValue>[] {
    return this.#storage.sql.exec(statement, ...values).toArray();
  }
}
