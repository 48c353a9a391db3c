// Owns the tables of files: what is stored where, of which message, and the key that signs links. No decision is here.
import * as z from "zod";
import { type LinkProof, provesLink, signLink } from "../../files/links.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Message, MessageFile } from "../../protocol/entities.ts";
import { blank } from "../../store/blank.ts";
import type { Rows } from "./rows.ts";

/** `message_id` null: being uploaded. `base`: the server's address, for links. */
const FileRow = z.object({
  id: z.int(),
  message_id: z.int().nullable(),
  user_id: z.int(),
  key: z.string(),
  base: z.string(),
  filename: z.string(),
  file_type: z.string(),
  content_type: z.string(),
  size: z.int(),
});
export type FileRecord = z.infer<typeof FileRow>;

const COLUMNS = "id, message_id, user_id, key, base, filename, file_type, content_type, size";
const LISTED = "SELECT value FROM json_each(?)";
const Secret = z.object({ secret: z.string() });

export class Files {
  #rows: Rows;
  #clock: Clock;

  constructor(rows: Rows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  add(f: FileRecord): void {
    this.#rows.run(
      `INSERT INTO file (${COLUMNS}, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[f.id, f.message_id, f.user_id, f.key, f.base, f.filename, f.file_type, f.content_type, f.size],
      this.#clock.now(),
    );
  }
  /** Those of these that this user has uploaded, sent already or not. */
  uploaded(ids: readonly number[], userId: number): FileRecord[] {
    if (ids.length === 0) return []; // most messages: a list in SQL is planned anew each time
    const sql = `SELECT ${COLUMNS} FROM file WHERE id IN (${LISTED}) AND user_id = ? AND gone = 0 ORDER BY id`;
    return this.#rows.all(FileRow, sql, JSON.stringify(ids), userId);
  }
  attach(ids: readonly number[], messageId: number): void {
    if (ids.length === 0) return;
    this.#rows.run(`UPDATE file SET message_id = ? WHERE id IN (${LISTED})`, messageId, JSON.stringify(ids));
  }
  /** One that a message shows. */
  find(id: number): FileRecord | null {
    const sql = `SELECT ${COLUMNS} FROM file WHERE id = ? AND message_id IS NOT NULL AND gone = 0`;
    return this.#rows.one(FileRow, sql, id);
  }
  /** Nobody may read those of this message any more; true when there were any. */
  drop(messageId: number): boolean {
    return this.#rows.run(`UPDATE file SET gone = 1, ${blank("filename")} WHERE message_id = ?`, messageId) > 0;
  }
  /** What is to be deleted: dropped, or begun before `at` (epoch ms) and never sent. */
  leftOver(at: number): FileRecord[] {
    const sql = `SELECT ${COLUMNS} FROM file WHERE gone = 1 OR (message_id IS NULL AND created_at < ?)`;
    return this.#rows.all(FileRow, sql, at);
  }
  /** Are there any that will be left over when nobody sends them? */
  unsent(): boolean {
    return this.#rows.all(z.unknown(), "SELECT 1 FROM file WHERE message_id IS NULL OR gone = 1 LIMIT 1").length > 0;
  }
  all(): FileRecord[] {
    return this.#rows.all(FileRow, `SELECT ${COLUMNS} FROM file`);
  }
  remove(ids: readonly number[]): void {
    this.#rows.run(`DELETE FROM file WHERE id IN (${LISTED})`, JSON.stringify(ids));
  }

  /** Ends every link that was given. */
  renewKey(): void {
    const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    this.#rows.run("INSERT OR REPLACE INTO link_key (one, secret) VALUES (1, ?)", secret);
  }
  get hasKey(): boolean {
    return this.#secret() !== null;
  }
  /** A link that opens this file for a day. */
  link({ id, base }: FileRecord): string | null {
    const secret = this.#secret();
    return secret && signLink(secret, base, id, this.#clock.now());
  }
  opens(id: number, proof: LinkProof): boolean {
    const secret = this.#secret();
    return secret !== null && provesLink(secret, id, proof, this.#clock.now());
  }
  /** The message with links to its files. */
  linked(message: Message): Message {
    if (message.files.length === 0) return message;
    return { ...message, files: message.files.map((file) => this.#linked(file)) };
  }

  #linked(file: MessageFile): MessageFile {
    const known = this.find(file.id);
    const url = known && this.link(known);
    return url === null ? file : { ...file, url };
  }
  #secret(): string | null {
    return this.#rows.one(Secret, "SELECT secret FROM link_key")?.secret ?? null;
  }
}

/** As messages show it. */
export const publicFile = ({ id, filename, file_type, content_type, size }: FileRecord): MessageFile => ({
  id,
  filename,
  file_type,
  content_type,
  size,
});
