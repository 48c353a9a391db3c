// The tables of a gateway object: its sockets, what they follow, and up to where each was sent what (gateway.md, "State").
// Of conversations only places are kept, never content: what a socket missed is read from the conversation again.
import * as z from "zod";
import { Role } from "../protocol/entities.ts";
import type { Place } from "../protocol/happenings.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS socket (
    id TEXT PRIMARY KEY, session TEXT NOT NULL, namespace TEXT NOT NULL, pid TEXT, principal TEXT NOT NULL,
    interview INTEGER, first INTEGER NOT NULL, gone INTEGER) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS socket_by_pid ON socket (pid);
  CREATE TABLE IF NOT EXISTS follow (
    socket TEXT NOT NULL, room TEXT NOT NULL, vocabulary TEXT NOT NULL, names TEXT NOT NULL,
    PRIMARY KEY (socket, room)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS follow_by_room ON follow (room);
  CREATE TABLE IF NOT EXISTS sent (id INTEGER PRIMARY KEY, room TEXT NOT NULL, seq INTEGER, start INTEGER, done INTEGER, packet TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS sent_by_room ON sent (room, id);
  CREATE TABLE IF NOT EXISTS moved (pid TEXT PRIMARY KEY, shard TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;

const json = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(schema);

const Principal = z.object({
  user_id: z.int(),
  name: z.string(),
  role: Role,
  sid: z.string().nullable(),
  iat: z.number(),
  exp: z.number(),
});
const SocketRow = z.object({
  id: z.string(),
  session: z.string(),
  namespace: z.string(),
  pid: z.string().nullable(),
  principal: json(Principal),
  interview: z.int().nullable(),
  first: z.int(),
  gone: z.int().nullable(),
});
const Names = z.object({
  conversation_id: z.int(),
  room_id: z.string().nullable(),
  chat_id: z.string().nullable(),
  model: z.string().nullable(),
});
const FollowRow = z.object({ socket: z.string(), room: z.string(), vocabulary: z.string(), names: json(Names) });
const PlaceRow = z.object({ seq: z.int(), start: z.int(), done: z.int() });
const PacketRow = z.object({ id: z.int(), packet: json(z.array(z.unknown())) });

/** One Socket.IO socket. `first`: offsets after it are its own. `gone`: since when it has no transport, epoch ms. */
export type SocketRecord = z.infer<typeof SocketRow>;
/** `room`: `c<conversation>` or `p<project>`. */
export type Follow = z.infer<typeof FollowRow>;

export class GatewayTables {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  sockets(): SocketRecord[] {
    return this.#all(SocketRow, "SELECT * FROM socket");
  }
  putSocket(s: SocketRecord): void {
    this.#run(
      "INSERT OR REPLACE INTO socket (id, session, namespace, pid, principal, interview, first, gone) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...[s.id, s.session, s.namespace, s.pid, JSON.stringify(s.principal), s.interview, s.first, s.gone],
    );
  }
  forgetSocket(id: string): void {
    this.#run("DELETE FROM socket WHERE id = ?", id);
    this.#run("DELETE FROM follow WHERE socket = ?", id);
    this.#run("DELETE FROM sent WHERE room = ?", `s${id}`);
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
  dropFollow(socket: string, room: string): void {
    this.#run("DELETE FROM follow WHERE socket = ? AND room = ?", socket, room);
  }

  /** The greatest offset ever given here. */
  lastOffset(): number {
    return this.#all(z.object({ id: z.int().nullable() }), "SELECT max(id) AS id FROM sent")[0]?.id ?? 0;
  }
  /** `done`: how many packets of the happening after `place` were sent up to `id`. */
  sentPlace(id: number, room: string, { seq, offset }: Place, done: number): void {
    this.#run("INSERT INTO sent (id, room, seq, start, done) VALUES (?, ?, ?, ?, ?)", id, room, seq, offset, done);
  }
  sentPacket(id: number, room: string, packet: readonly unknown[]): void {
    this.#run("INSERT INTO sent (id, room, packet) VALUES (?, ?, ?)", id, room, JSON.stringify(packet));
  }
  knows(id: number): boolean {
    return this.#sql.exec("SELECT 1 FROM sent WHERE id = ?", id).toArray().length > 0;
  }
  /** Where a listener of the room stands who has had everything up to `id`; null when nothing was sent there since. */
  placeAt(room: string, id: number): { place: Place; done: number } | null {
    const sql =
      "SELECT seq, start, done FROM sent WHERE room = ? AND id <= ? AND seq IS NOT NULL ORDER BY id DESC LIMIT 1";
    const row = this.#all(PlaceRow, sql, room, id)[0];
    return row ? { place: { seq: row.seq, offset: row.start }, done: row.done } : null;
  }
  packetsAfter(room: string, id: number): { id: number; packet: unknown[] }[] {
    return this.#all(
      PacketRow,
      "SELECT id, packet FROM sent WHERE room = ? AND id > ? AND packet IS NOT NULL ORDER BY id",
      ...[room, id],
    );
  }

  moved(pid: string): string | null {
    return this.#all(z.object({ shard: z.string() }), "SELECT shard FROM moved WHERE pid = ?", pid)[0]?.shard ?? null;
  }
  setMoved(pid: string, shard: string, at: number): void {
    this.#run("INSERT OR REPLACE INTO moved (pid, shard, at) VALUES (?, ?, ?)", pid, shard, at);
  }

  /** Drops what nobody can ask for any more: offsets up to `id`, pointers older than `movedBefore` (epoch ms). */
  trim(id: number, movedBefore: number): void {
    this.#run("DELETE FROM sent WHERE id <= ?", id);
    this.#run("DELETE FROM moved WHERE at < ?", movedBefore);
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
