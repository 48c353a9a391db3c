// The tables of a gateway object: its sockets, what they follow, and up to where each was sent what (gateway.md, "State").
// Of conversations only places are kept, never content: what a socket missed is read from the conversation again.
import * as z from "zod";
import { Principal } from "../auth/principal.ts";
import { isAfter, type Place } from "../protocol/happenings.ts";
import { migrate } from "../store/migrate.ts";

/** They find tables that were made before migrations were counted. */
const MIGRATIONS = [
  `CREATE TABLE IF NOT EXISTS socket (
     id TEXT PRIMARY KEY, session TEXT NOT NULL, namespace TEXT NOT NULL, pid TEXT, principal TEXT NOT NULL,
     interview INTEGER, first INTEGER NOT NULL, came INTEGER, gone INTEGER,
     heard INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS socket_by_pid ON socket (pid);
   CREATE TABLE IF NOT EXISTS follow (
     socket TEXT NOT NULL, room TEXT NOT NULL, vocabulary TEXT NOT NULL, names TEXT NOT NULL,
     PRIMARY KEY (socket, room)) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS follow_by_room ON follow (room);
   CREATE TABLE IF NOT EXISTS sent (id INTEGER PRIMARY KEY, room TEXT NOT NULL, seq INTEGER, start INTEGER, done INTEGER, packet TEXT) STRICT;
   CREATE INDEX IF NOT EXISTS sent_by_room ON sent (room, id);
   CREATE TABLE IF NOT EXISTS project_follow (socket TEXT PRIMARY KEY, project INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS moved (pid TEXT PRIMARY KEY, shard TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS headcount (one INTEGER PRIMARY KEY CHECK (one = 1), told INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;`,
  // A socket may follow one room in several vocabularies.
  `ALTER TABLE follow RENAME TO older;
   CREATE TABLE follow (
     socket TEXT NOT NULL, room TEXT NOT NULL, vocabulary TEXT NOT NULL, names TEXT NOT NULL,
     PRIMARY KEY (socket, room, vocabulary)) STRICT, WITHOUT ROWID;
   INSERT INTO follow (socket, room, vocabulary, names) SELECT socket, room, vocabulary, names FROM older;
   DROP TABLE older;
   CREATE INDEX follow_by_room ON follow (room);`,
  // The first versions had no columns `came` and `heard`: where `own` lacks one, SQLite takes the default in the outer FROM.
  `ALTER TABLE socket RENAME TO older;
   DROP INDEX socket_by_pid;
   CREATE TABLE socket (
     id TEXT PRIMARY KEY, session TEXT NOT NULL, namespace TEXT NOT NULL, pid TEXT, principal TEXT NOT NULL,
     interview INTEGER, first INTEGER NOT NULL, came INTEGER, gone INTEGER,
     heard INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO socket (id, session, namespace, pid, principal, interview, first, came, gone, heard)
     SELECT id, session, namespace, pid, principal, interview, first,
       (SELECT came FROM older AS own WHERE own.id = older.id), gone,
       (SELECT heard FROM older AS own WHERE own.id = older.id)
     FROM older, (SELECT NULL AS came, unixepoch() * 1000 AS heard);
   DROP TABLE older;
   CREATE INDEX socket_by_pid ON socket (pid);`,
  "ALTER TABLE socket ADD COLUMN said TEXT NOT NULL DEFAULT '[]'",
];

const json = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(schema);

const SocketRow = z.object({
  id: z.string(),
  session: z.string(),
  namespace: z.string(),
  pid: z.string().nullable(),
  principal: json(Principal),
  interview: z.int().nullable(),
  first: z.int(),
  came: z.int().nullable(),
  gone: z.int().nullable(),
  heard: z.int(),
  said: json(z.array(z.string())),
});
const Names = z.object({
  conversation_id: z.int(),
  room_id: z.string().nullable(),
  chat_id: z.string().nullable(),
  model: z.string().nullable(),
});
const FollowRow = z.object({ socket: z.string(), room: z.string(), vocabulary: z.string(), names: json(Names) });
const ProjectFollow = z.object({ socket: z.string(), project: z.int() });
const PlaceRow = z.object({ seq: z.int().nullable(), start: z.int().nullable(), done: z.int() });
const HeadcountRow = z.object({ told: z.int(), at: z.int() });
const PacketRow = z.object({ packet: json(z.array(z.unknown())) });

/**
 * One Socket.IO socket. `first`: offsets after it are its own. `came`: the offset it came back with, which means `first`
 * until it has read on. `gone`: since when it has no transport; `heard`: when its last event came; epoch ms. `said`: its
 * own names of the messages that it sent last.
 */
export type SocketRecord = z.infer<typeof SocketRow>;
/** Where a follower stands: it has had everything up to `place`, and the first `done` packets of the next happening. */
export interface Standing {
  place: Place;
  done: number;
}

/** `room`: `c<conversation>`. */
export type Follow = z.infer<typeof FollowRow>;

export class GatewayTables {
  #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    migrate(storage, MIGRATIONS);
  }

  sockets(): SocketRecord[] {
    return this.#all(SocketRow, "SELECT * FROM socket");
  }
  putSocket(s: SocketRecord): void {
    this.#run(
      "INSERT OR REPLACE INTO socket (id, session, namespace, pid, principal, interview, first, came, gone, heard, said) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...[
        s.id,
        s.session,
        s.namespace,
        s.pid,
        JSON.stringify(s.principal),
        s.interview,
        s.first,
        s.came,
        s.gone,
        s.heard,
        JSON.stringify(s.said),
      ],
    );
  }
  socketHeard(id: string, at: number): void {
    this.#run("UPDATE socket SET heard = ? WHERE id = ?", at, id);
  }
  socketSaid(id: string, said: readonly string[]): void {
    this.#run("UPDATE socket SET said = ? WHERE id = ?", JSON.stringify(said), id);
  }
  /** After its last room was forgotten. */
  forgetSocket(id: string): void {
    this.#run("DELETE FROM socket WHERE id = ?", id);
    this.#run("DELETE FROM follow WHERE socket = ?", id);
    this.#run("DELETE FROM project_follow WHERE socket = ?", id);
    this.#run("DELETE FROM sent WHERE room = ? OR room GLOB ?", `s${id}`, `s${id}:*`);
    this.#run("DELETE FROM sent WHERE room = ? AND NOT EXISTS (SELECT 1 FROM socket)", NOWHERE);
  }

  projectFollows(): z.infer<typeof ProjectFollow>[] {
    return this.#all(ProjectFollow, "SELECT socket, project FROM project_follow");
  }
  putProjectFollow(socket: string, project: number): void {
    this.#run("INSERT OR REPLACE INTO project_follow (socket, project) VALUES (?, ?)", socket, project);
  }
  dropProjectFollow(socket: string): void {
    this.#run("DELETE FROM project_follow WHERE socket = ?", socket);
  }

  follows(): Follow[] {
    return this.#all(FollowRow, "SELECT * FROM follow");
  }
  putFollow(f: Follow): void {
    this.#run(
      "INSERT OR REPLACE INTO follow (socket, room, vocabulary, names) VALUES (?, ?, ?, ?)",
      ...[f.socket, f.room, f.vocabulary, JSON.stringify(f.names)],
    );
  }
  dropFollow(socket: string, room: string, vocabulary: string): void {
    this.#run("DELETE FROM follow WHERE socket = ? AND room = ? AND vocabulary = ?", socket, room, vocabulary);
  }

  /** The greatest offset ever given here. */
  lastOffset(): number {
    return this.#all(z.object({ id: z.int().nullable() }), "SELECT max(id) AS id FROM sent")[0]?.id ?? 0;
  }
  /**
   * Notes that a socket that has received everything of the room up to the offset `id` is at `standing`; null: it has had
   * only a part of what a newcomer is told, and cannot go on from there. `of`: holds for this socket alone.
   */
  stands(id: number, room: string, standing: Standing | null, of?: string): void {
    const key = of === undefined ? room : own(of, room);
    const values = [id, key, standing?.place.seq ?? null, standing?.place.offset ?? null, standing?.done ?? 0];
    this.#run("INSERT INTO sent (id, room, seq, start, done) VALUES (?, ?, ?, ?, ?)", ...values);
  }
  /** Forgets what was noted for this socket alone; its offsets stay known: one may be the last that it received. */
  forgetStanding(of: string, room: string): void {
    this.#run("UPDATE sent SET room = ? WHERE room = ?", NOWHERE, own(of, room));
  }
  /** Nobody follows there any more. The offsets stay known. */
  forgetRoom(room: string): void {
    this.#run("UPDATE sent SET room = ? WHERE room GLOB ?", NOWHERE, `${room}:*`);
  }
  sentPacket(id: number, room: string, packet: readonly unknown[]): void {
    this.#run("INSERT INTO sent (id, room, packet) VALUES (?, ?, ?)", id, room, JSON.stringify(packet));
  }
  knows(id: number): boolean {
    return this.#sql.exec("SELECT 1 FROM sent WHERE id = ?", id).toArray().length > 0;
  }
  /**
   * Where a socket stands that has received everything up to the offset `id`, by what was noted for it alone or for the
   * whole room, whichever is later; null when neither is known.
   */
  standingAt(room: string, socket: string, id: number): Standing | null {
    const key = own(socket, room);
    const alone = this.#standing(
      `SELECT seq, start, done FROM sent WHERE room = ?1 AND id <= max(?2, (SELECT min(id) FROM sent WHERE room = ?1))
         ORDER BY id DESC LIMIT 1`,
      ...[key, id],
    );
    const shared = this.#standing(
      `SELECT seq, start, done FROM sent WHERE room = ?1 AND id <= ?2
         AND id > coalesce((SELECT min(id) FROM sent WHERE room = ?3), 0) ORDER BY id DESC LIMIT 1`,
      ...[room, id, key],
    );
    if (!shared) return alone;
    return alone && isAfter(alone.place, shared.place) ? alone : shared;
  }
  packetsAfter(room: string, id: number): unknown[][] {
    const sql = "SELECT packet FROM sent WHERE room = ? AND id > ? AND packet IS NOT NULL ORDER BY id";
    return this.#all(PacketRow, sql, room, id).map(({ packet }) => packet);
  }

  moved(pid: string): string | null {
    return this.#all(z.object({ shard: z.string() }), "SELECT shard FROM moved WHERE pid = ?", pid)[0]?.shard ?? null;
  }
  setMoved(pid: string, shard: string, at: number): void {
    this.#run("INSERT OR REPLACE INTO moved (pid, shard, at) VALUES (?, ?, ?)", pid, shard, at);
  }

  /** How many connections the metrics were told of, and when they were told last, epoch ms. */
  headcount(): z.infer<typeof HeadcountRow> {
    return this.#all(HeadcountRow, "SELECT told, at FROM headcount")[0] ?? { told: 0, at: 0 };
  }
  setHeadcount({ told, at }: z.infer<typeof HeadcountRow>): void {
    this.#run("INSERT OR REPLACE INTO headcount (one, told, at) VALUES (1, ?, ?)", told, at);
  }

  /** Drops what nobody needs any more of the offsets up to `id`, and pointers older than `movedBefore` (epoch ms). */
  trim(id: number, movedBefore: number): void {
    this.#run(
      `DELETE FROM sent WHERE id <= ?1 AND (packet IS NOT NULL OR room = ?2 OR EXISTS
         (SELECT 1 FROM sent AS later WHERE later.room = sent.room AND later.id > sent.id AND later.id <= ?1))`,
      ...[id, NOWHERE],
    );
    this.#run("DELETE FROM moved WHERE at < ?", movedBefore);
  }

  #standing(sql: string, ...values: (string | number)[]): Standing | null {
    const row = this.#all(PlaceRow, sql, ...values)[0];
    if (!row) return null;
    const { seq, start, done } = row;
    return seq === null || start === null ? null : { place: { seq, offset: start }, done };
  }
  #all<S extends z.ZodType>(row: S, sql: string, ...values: (string | number | null)[]): z.infer<S>[] {
    return this.#sql
      .exec(sql, ...values)
      .toArray()
      .map((raw) => row.parse(raw));
  }
  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#sql.exec(sql, ...values);
  }
}

/** What is noted of one socket in a room; what is noted of all is under the room's own name. */
const own = (socket: string, room: string): string => `s${socket}:${room}`;
/** Where offsets are kept whose room nobody needs any more. */
const NOWHERE = "";
