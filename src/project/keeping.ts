// What is changed in a project, by whoever may: its name, who takes part, and its end. One change after another, so that it
// always keeps an owner.
import { canProject, type ProjectAction } from "../auth/policy.ts";
import type { Principal } from "../auth/principal.ts";
import { type Clock, iso } from "../lib/clock.ts";
import { Serial } from "../lib/serial.ts";
import type { MemberRole } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Project, ProjectDeleted, ProjectMember, ProjectPatch } from "../protocol/projects.ts";

/** A project in D1. Each throws when that is away. */
export interface ProjectRows {
  /** As this user sees it; null when there is none. */
  find(userId: number): Promise<Project | null>;
  members(): Promise<ProjectMember[]>;
  change(patch: ProjectPatch): Promise<void>;
  putMember(userId: number, role: MemberRole): Promise<void>;
  dropMember(userId: number): Promise<void>;
  delete(): Promise<void>;
  /** The user's name; null when there is no such user, or not any more. */
  userName(userId: number): Promise<string | null>;
}

export interface KeepingOptions {
  clock: Clock;
  rows: ProjectRows;
  /** Makes a change of who takes part, and has chats and clients told of it. */
  spread(change: () => Promise<void>): Promise<void>;
}

const NO_PROJECT = refuse("not_found", "There is no such project.");
export const NO_DOCUMENT = refuse("not_found", "There is no such document.");
const NOT_IN_IT = refuse("not_found", "This user is not in the project.", { field: "user_id" });
const LAST_OWNER = refuse("conflict", "A project keeps an owner: make somebody else owner first.");
const FULL = refuse("quota_exceeded", `A project has at most ${LIMITS.members} members.`);

const FORBIDDEN: Partial<Record<ProjectAction, string>> = {
  "project.change": "Only owners and moderators may change the project.",
  "project.manage": "Only owners and moderators may change who takes part.",
  "project.delete": "Only an owner may delete the project.",
};

export class Keeping {
  #o: KeepingOptions;
  #serial = new Serial();

  constructor(options: KeepingOptions) {
    this.#o = options;
  }

  /** May this person do this here? `not_found` also when there is no such project. */
  async allows(actor: Principal, action: ProjectAction): Promise<Outcome<Project>> {
    const project = await this.#o.rows.find(actor.user_id);
    if (!project) return NO_PROJECT;
    const verdict = canProject(actor.role, action, project.role);
    if (verdict.allow) return ok(project);
    return verdict.code === "not_found" ? NO_PROJECT : refuse("forbidden", FORBIDDEN[action] ?? "You may not do this.");
  }

  change(actor: Principal, patch: ProjectPatch): Promise<Outcome<Project>> {
    return this.#alone(async () => {
      const { rows } = this.#o;
      const allowed = await this.allows(actor, "project.change");
      if (!allowed.ok) return allowed;
      await rows.change(patch);
      const now = await rows.find(actor.user_id);
      return now ? ok({ ...now, members: await rows.members() }) : NO_PROJECT;
    });
  }

  async members(actor: Principal): Promise<Outcome<ProjectMember[]>> {
    const allowed = await this.allows(actor, "project.read");
    return allowed.ok ? ok(await this.#o.rows.members()) : allowed;
  }

  add(actor: Principal, userId: number, role: MemberRole): Promise<Outcome<ProjectMember>> {
    return this.#alone(async () => {
      const { rows, spread } = this.#o;
      const allowed = await this.#manages(actor, role);
      if (!allowed.ok) return allowed;
      const name = await rows.userName(userId);
      if (name === null) return refuse("not_found", "There is no such user.", { field: "user_id" });
      const members = await rows.members();
      if (members.some(({ user_id }) => user_id === userId))
        return refuse("conflict", "This user is in the project already.", { field: "user_id" });
      if (members.length >= LIMITS.members) return FULL;
      await spread(() => rows.putMember(userId, role));
      return ok({ user_id: userId, name, role });
    });
  }

  changeRole(actor: Principal, userId: number, role: MemberRole): Promise<Outcome<ProjectMember>> {
    return this.#alone(async () => {
      const { rows, spread } = this.#o;
      const members = await rows.members();
      const member = members.find(({ user_id }) => user_id === userId);
      const allowed = await this.#manages(actor, role, member?.role);
      if (!allowed.ok) return allowed;
      if (!member) return NOT_IN_IT;
      if (role !== "owner" && isLastOwner(members, member)) return LAST_OWNER;
      await spread(() => rows.putMember(userId, role));
      return ok({ ...member, role });
    });
  }

  /** Oneself: leaves. */
  remove(actor: Principal, userId: number): Promise<Outcome<null>> {
    return this.#alone(async () => {
      const { rows, spread } = this.#o;
      const members = await rows.members();
      const member = members.find(({ user_id }) => user_id === userId);
      const own = userId === actor.user_id;
      const allowed = own ? await this.allows(actor, "project.leave") : await this.#manages(actor, member?.role);
      if (!allowed.ok) return allowed;
      if (!member) return NOT_IN_IT;
      if (isLastOwner(members, member)) return LAST_OWNER;
      await spread(() => rows.dropMember(userId));
      return ok(null);
    });
  }

  /** With all its chats. */
  delete(actor: Principal): Promise<Outcome<Omit<ProjectDeleted, "project_id">>> {
    return this.#alone(async () => {
      const { rows, spread, clock } = this.#o;
      const allowed = await this.allows(actor, "project.delete");
      if (!allowed.ok) return allowed;
      await spread(() => rows.delete());
      return ok({ deleted_at: iso(clock.now()) });
    });
  }

  /** Owners are made and unmade by owners (and administrators) only. */
  async #manages(actor: Principal, ...roles: (MemberRole | undefined)[]): Promise<Outcome<Project>> {
    const allowed = await this.allows(actor, "project.manage");
    if (!allowed.ok || actor.role === "admin" || allowed.value.role === "owner" || !roles.includes("owner"))
      return allowed;
    return refuse("forbidden", "Only an owner may make or unmake owners.");
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run("change", work);
  }
}

const isLastOwner = (members: readonly ProjectMember[], { role }: ProjectMember): boolean =>
  role === "owner" && members.filter((member) => member.role === "owner").length === 1;
