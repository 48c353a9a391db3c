// Files of messages: room is made before the bytes are stored, a message takes them, and what no message has (any more) is
// deleted again, as often as it takes.

import type { Principal } from "../auth/principal.ts";
import type { LinkProof } from "../files/links.ts";
import { extensionOf } from "../files/naming.ts";
import type { Clock } from "../lib/clock.ts";
import type { Schedule } from "../lib/schedule.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { FileRecord } from "./journal/files.ts";
import type { Journal } from "./journal/journal.ts";
import { allows } from "./people/access.ts";

/** Where bytes and the directory of files are; each throws when it is away. */
export interface Shelves {
  /** Numbers for files of these sizes, if this user may store them. */
  reserve(userId: number, conversation: number, sizes: readonly number[]): Promise<Outcome<number[]>>;
  discard(files: readonly { id: number; key: string }[]): Promise<void>;
}

export interface FilingOptions {
  journal: Journal;
  clock: Clock;
  schedule: Schedule;
  shelves: Shelves;
}

export type NewFile = Pick<FileRecord, "filename" | "content_type" | "size">;
export type Shelved = Pick<FileRecord, "id" | "key">;
export type OpenedFile = Pick<FileRecord, "id" | "key" | "filename" | "content_type" | "size">;

/** Within it an upload must have become a message. */
const UNSENT_MS = 3_600_000;

const NO_FILE = refuse("not_found", "There is no such file.");

export class Filing {
  #o: FilingOptions;

  constructor(options: FilingOptions) {
    this.#o = options;
  }

  /** After a wake: what an earlier process left. */
  resume(): void {
    if (this.#o.journal.files.unsent()) this.#o.schedule.soonest("files", this.#o.clock.now() + UNSENT_MS);
  }

  /** Room for these files; whoever gets it stores the bytes and then sends a message with their ids. */
  async shelve(actor: Principal, files: readonly NewFile[], base: string): Promise<Outcome<Shelved[]>> {
    const { journal, shelves, schedule, clock } = this.#o;
    const asked = allows(journal, actor, "conversation.send");
    if (!asked.ok) return asked;
    const conversation = asked.value.id;
    const ids = await shelves.reserve(
      actor.user_id,
      conversation,
      files.map(({ size }) => size),
    );
    if (!ids.ok) return ids;
    const allowed = allows(journal, actor, "conversation.send"); // much may have happened meanwhile
    if (!allowed.ok) return allowed;
    const { value } = journal.commit(() => {
      if (!journal.files.hasKey) journal.files.renewKey();
      return files.map((file, index) => {
        const id = ids.value[index] ?? 0;
        const key = `conversation/${conversation}/${crypto.randomUUID()}`;
        const file_type = extensionOf(file.filename);
        journal.files.add({ ...file, id, key, base, file_type, user_id: actor.user_id, message_id: null });
        return { id, key };
      });
    });
    schedule.soonest("files", clock.now() + UNSENT_MS);
    return ok(value);
  }

  /** A file for whoever may read here, or has a link to it. */
  open(by: Principal | LinkProof, fileId: number): Outcome<OpenedFile> {
    const { journal } = this.#o;
    const allowed = "signature" in by ? this.#proven(by, fileId) : allows(journal, by, "conversation.read");
    const file = allowed.ok ? journal.files.find(fileId) : null;
    if (!file) return NO_FILE;
    const { id, key, filename, content_type, size } = file;
    return ok({ id, key, filename, content_type, size });
  }

  /** A link to it, for whoever may read here. */
  link(actor: Principal, fileId: number): Outcome<{ url: string }> {
    const { journal } = this.#o;
    const file = allows(journal, actor, "conversation.read").ok ? journal.files.find(fileId) : null;
    const url = file && journal.files.link(file);
    return url === null ? NO_FILE : ok({ url });
  }

  /** A message is gone, and its files with it. */
  dropped(): void {
    this.#o.schedule.soonest("files", this.#o.clock.now());
  }

  /** By the alarm. Throws when something is away: then it is tried again. */
  async sweep(): Promise<void> {
    const { journal, clock } = this.#o;
    await this.#discard(journal.files.leftOver(clock.now() - UNSENT_MS));
    this.resume();
  }

  /** All of them, when the conversation is erased. */
  async discardAll(): Promise<void> {
    await this.#discard(this.#o.journal.files.all());
  }

  async #discard(files: readonly FileRecord[]): Promise<void> {
    if (files.length === 0) return;
    const { journal, shelves } = this.#o;
    await shelves.discard(files.map(({ id, key }) => ({ id, key })));
    journal.commit(() => journal.files.remove(files.map(({ id }) => id)));
  }

  #proven(proof: LinkProof, fileId: number): Outcome<unknown> {
    const { head, files } = this.#o.journal;
    return head && head.erased_at === null && files.opens(fileId, proof) ? ok(null) : NO_FILE;
  }
}
