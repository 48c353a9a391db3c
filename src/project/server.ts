// The project's Durable Object: gives a project its storage, alarm and RPC methods, and decides nothing.
import { DurableObject } from "cloudflare:workers";
import type { Principal } from "../auth/principal.ts";
import { requireConfig } from "../env.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import type { MemberRole } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { DocumentStatus, Project as Facts, ProjectPatch, ProjectUpdate } from "../protocol/projects.ts";
import { findById } from "../store/people.ts";
import {
  changeProject,
  chatsAfter,
  deleteProject,
  dropProjectMember,
  findProject,
  projectMembers,
  putProjectMember,
} from "../store/projects.ts";
import { Project } from "./project.ts";
import { ProjectTables } from "./tables.ts";

export class ProjectServer extends DurableObject<Env> {
  #id = Number(this.ctx.id.name);
  #project = new Project({
    clock: systemClock,
    log: createLog(requireConfig(this.env).LOG_LEVEL, { object: "project", project: this.#id }),
    alarms: this.ctx.storage,
    tables: new ProjectTables(this.ctx.storage),
    rows: {
      find: (userId) => findProject(this.env.DB, this.#id, userId),
      members: () => projectMembers(this.env.DB, this.#id),
      change: (patch) => changeProject(this.env.DB, this.#id, patch),
      putMember: (userId, role) => putProjectMember(this.env.DB, this.#id, userId, role),
      dropMember: (userId) => dropProjectMember(this.env.DB, this.#id, userId),
      delete: () => deleteProject(this.env.DB, this.#id),
      userName: async (userId) => {
        const person = await findById(this.env.DB, userId);
        return person && person.disabled_at === null ? person.name : null;
      },
    },
    chatsAfter: (after, limit) => chatsAfter(this.env.DB, this.#id, after, limit),
    relate: (chat) => this.env.CONVERSATION.getByName(String(chat)).relate(),
    deliver: (shard, news) => this.env.GATEWAY.getByName(shard).deliverNews(this.#id, news),
  });

  // RPC, with a principal that the caller verified

  async follow(principal: Principal, shard: string): Promise<Outcome<null>> {
    return this.#project.follow(principal, shard);
  }

  async change(actor: Principal, patch: ProjectPatch): Promise<Outcome<Facts>> {
    return this.#project.keeping.change(actor, patch);
  }

  async members(actor: Principal) {
    return this.#project.keeping.members(actor);
  }

  async addMember(actor: Principal, userId: number, role: MemberRole) {
    return this.#project.keeping.add(actor, userId, role);
  }

  async changeRole(actor: Principal, userId: number, role: MemberRole) {
    return this.#project.keeping.changeRole(actor, userId, role);
  }

  async removeMember(actor: Principal, userId: number) {
    return this.#project.keeping.remove(actor, userId);
  }

  async delete(actor: Principal) {
    return this.#project.keeping.delete(actor);
  }

  async documents(actor: Principal, before: number, limit: number) {
    return this.#project.documents(actor, before, limit);
  }

  async document(actor: Principal, id: number) {
    return this.#project.document(actor, id);
  }

  // From services, and from the project's conversations

  async broadcast(event: string, data: Record<string, unknown>): Promise<void> {
    this.#project.broadcast(event, data);
  }

  async notifyDocument(status: DocumentStatus): Promise<void> {
    this.#project.notifyDocument(status);
  }

  async tell(updates: ProjectUpdate[]): Promise<void> {
    this.#project.tell(updates);
  }

  override async alarm(): Promise<void> {
    await this.#project.alarm();
  }
}
