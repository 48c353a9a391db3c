// The live side of one project: who listens, what they are told, and that everybody hears who takes part. Its rows and people
// are in D1.
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import { Gateways } from "../lib/gateways.ts";
import { faultFields, type Log } from "../lib/log.ts";
import { type AlarmStorage, Schedule } from "../lib/schedule.ts";
import { type Outcome, ok } from "../protocol/errors.ts";
import type { DocumentStatus, ProjectNews, ProjectUpdate } from "../protocol/projects.ts";
import { Keeping, NO_DOCUMENT, type ProjectRows } from "./keeping.ts";
import { Spreading } from "./spreading.ts";
import type { ProjectTables } from "./tables.ts";

export interface ProjectHost {
  clock: Clock;
  log: Log;
  alarms: AlarmStorage;
  tables: ProjectTables;
  rows: ProjectRows;
  /** Conversations of the project above `after`, ascending. Throws when D1 is away. */
  chatsAfter(after: number, limit: number): Promise<number[]>;
  /** Has a chat take over who takes part, or erase itself. Throws when it is away. */
  relate(chat: number): Promise<void>;
  /** A shard of the gateway: how many there follow this project. Throws when it is away. */
  deliver(shard: string, news: ProjectNews[]): Promise<number>;
}

export class Project {
  readonly keeping: Keeping;
  #host: ProjectHost;
  #gateways: Gateways<ProjectNews>;
  #schedule: Schedule;
  #spreading: Spreading;

  constructor(host: ProjectHost) {
    this.#host = host;
    const { clock, log, tables, rows, deliver, chatsAfter, relate } = host;
    this.#gateways = new Gateways({
      clock,
      log,
      deliver,
      enqueue: (queue, next) => queue.push(next),
      stored: {
        list: () => tables.shards(),
        add: (shard) => tables.addShard(shard),
        remove: (shard) => tables.removeShard(shard),
      },
    });
    this.#schedule = new Schedule(host.alarms, clock);
    this.#spreading = new Spreading({
      clock,
      schedule: this.#schedule,
      tables,
      people: () => this.#people(),
      tell: (user_ids) => this.#gateways.tell([{ type: "people", user_ids }]),
      chatsAfter,
      relate,
    });
    this.keeping = new Keeping({ clock, rows, spread: (change) => this.#spreading.after(change) });
    this.#spreading.resume();
  }

  /** From now on `shard` is told what happens here. */
  async follow(principal: Principal, shard: string): Promise<Outcome<null>> {
    const allowed = await this.keeping.allows(principal, "project.read");
    if (!allowed.ok) return allowed;
    const known = this.#host.tables.shards().includes(shard);
    this.#gateways.listen(shard);
    // It may have been given up while it was away, and not know who was removed since.
    if (!known) this.#gateways.tell([{ type: "people", user_ids: (await this.#people()) ?? [] }]);
    return ok(null);
  }

  /** Any event, to all clients of the project. */
  broadcast(event: string, data: Record<string, unknown>): void {
    this.#gateways.tell([{ type: "event", event, data }]);
  }

  /** How far a document is. While it is being processed the progress never falls, in whatever order it is told. */
  notifyDocument(status: DocumentStatus): void {
    const { tables } = this.#host;
    const before = tables.document(status.document_id);
    const least = before?.status === "processing" ? before.progress : 0;
    const progress = status.status === "completed" ? 100 : Math.max(least, status.progress);
    const now = { ...status, progress };
    tables.putDocument(now);
    this.#gateways.tell([{ type: "document", status: now }]);
  }

  /** How far its documents are, as was notified: at most `limit` below `before`, newest first. */
  async documents(actor: Principal, before: number, limit: number): Promise<Outcome<DocumentStatus[]>> {
    const allowed = await this.keeping.allows(actor, "project.read");
    return allowed.ok ? ok(this.#host.tables.documents(before, limit)) : allowed;
  }

  async document(actor: Principal, id: number): Promise<Outcome<DocumentStatus>> {
    const allowed = await this.keeping.allows(actor, "project.read");
    if (!allowed.ok) return allowed;
    const document = this.#host.tables.document(id);
    return document ? ok(document) : NO_DOCUMENT;
  }

  /** What has changed in the project. */
  tell(updates: readonly ProjectUpdate[]): void {
    this.#gateways.tell(updates.map((update) => ({ type: "updated", ...update })));
  }

  /** Never throws: the platform drops an alarm that failed six times. */
  async alarm(): Promise<void> {
    const due = this.#schedule.take();
    try {
      if (due.includes("spread")) await this.#spreading.run();
    } catch (error) {
      this.#host.log("warn", "spread.failed", faultFields(error));
    }
    this.#schedule.rearm();
  }

  /** null: there is no such project. */
  async #people(): Promise<number[] | null> {
    const { rows } = this.#host;
    if (!(await rows.find(NOBODY))) return null;
    return (await rows.members()).map(({ user_id }) => user_id);
  }
}

const NOBODY = 0;
