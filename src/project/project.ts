// The live side of one project: who listens, and what they are told. Its rows and people are in D1.
import { canProject } from "../auth/policy.ts";
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import { Gateways } from "../lib/gateways.ts";
import type { Log } from "../lib/log.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { DocumentStatus, Project as Facts, ProjectNews, ProjectUpdate } from "../protocol/projects.ts";
import type { ProjectTables } from "./tables.ts";

export interface ProjectHost {
  clock: Clock;
  log: Log;
  tables: ProjectTables;
  /** As this user sees it; null when there is none. Throws when D1 is away. */
  find(userId: number): Promise<Facts | null>;
  /** A shard of the gateway: how many there follow this project. Throws when it is away. */
  deliver(shard: string, news: ProjectNews[]): Promise<number>;
}

export class Project {
  #host: ProjectHost;
  #gateways: Gateways<ProjectNews>;

  constructor(host: ProjectHost) {
    this.#host = host;
    const { clock, log, tables, deliver } = host;
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
  }

  /** From now on `shard` is told what happens here. */
  async follow(principal: Principal, shard: string): Promise<Outcome<null>> {
    const project = await this.#host.find(principal.user_id);
    if (!project || !canProject(principal.role, "project.read", project.role).allow)
      return refuse("not_found", "There is no such project.");
    this.#gateways.listen(shard);
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

  /** What has changed in the project. */
  tell(updates: readonly ProjectUpdate[]): void {
    this.#gateways.tell(updates.map((update) => ({ type: "updated", ...update })));
  }
}
