// The project's Durable Object: gives a project its storage and RPC methods, and decides nothing.
import { DurableObject } from "cloudflare:workers";
import type { Principal } from "../auth/principal.ts";
import { requireConfig } from "../env.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { DocumentStatus, ProjectUpdate } from "../protocol/projects.ts";
import { findProject } from "../store/projects.ts";
import { Project } from "./project.ts";
import { ProjectTables } from "./tables.ts";

export class ProjectServer extends DurableObject<Env> {
  #id = Number(this.ctx.id.name);
  #project = new Project({
    clock: systemClock,
    log: createLog(requireConfig(this.env).LOG_LEVEL, { object: "project", project: this.#id }),
    tables: new ProjectTables(this.ctx.storage.sql),
    find: (userId) => findProject(this.env.DB, this.#id, userId),
    deliver: (shard, news) => this.env.GATEWAY.getByName(shard).deliverNews(this.#id, news),
  });

  /** From the gateway, with a principal that it verified. */
  async follow(principal: Principal, shard: string): Promise<Outcome<null>> {
    return this.#project.follow(principal, shard);
  }

  async broadcast(event: string, data: Record<string, unknown>): Promise<void> {
    this.#project.broadcast(event, data);
  }

  async notifyDocument(status: DocumentStatus): Promise<void> {
    this.#project.notifyDocument(status);
  }

  /** From the project's conversations. */
  async tell(updates: ProjectUpdate[]): Promise<void> {
    this.#project.tell(updates);
  }
}
