// Who on this shard follows which project: one at a time, and joining leaves the one before.
import type { Principal } from "../auth/principal.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { ProjectNews } from "../protocol/projects.ts";
import { shownOutOfProject, tellProject } from "../vocabularies/documents.ts";
import type { Wire } from "../vocabularies/vocabulary.ts";
import type { Sockets } from "./sockets.ts";
import type { GatewayTables, SocketRecord } from "./tables.ts";

/** What a gateway asks of a project's object. */
export interface ProjectDoor {
  /** From now on `shard` is told what happens there. */
  follow(principal: Principal, shard: string): Promise<Outcome<null>>;
}

export interface ProjectsOptions {
  shard: string;
  tables: Pick<GatewayTables, "projectFollows" | "putProjectFollow" | "dropProjectFollow">;
  sockets: Pick<Sockets, "get" | "emit">;
  door(project: number): ProjectDoor;
}

export class Projects {
  #o: ProjectsOptions;
  /** By socket. */
  #followed = new Map<string, number>();
  /** Joins on their way: a delivery that overtakes the answer to one must wait for it. */
  #joining = new Map<number, Set<Promise<unknown>>>();

  constructor(options: ProjectsOptions) {
    this.#o = options;
  }

  /** After a wake. */
  wake(): void {
    for (const { socket, project } of this.#o.tables.projectFollows()) this.#followed.set(socket, project);
  }

  of(socket: string): number | null {
    return this.#followed.get(socket) ?? null;
  }

  async join(socket: SocketRecord, project: number): Promise<Outcome<null>> {
    const { door, shard } = this.#o;
    const asked = door(project).follow(socket.principal, shard);
    const joining = this.#joining.get(project) ?? new Set();
    this.#joining.set(project, joining.add(asked));
    try {
      const followed = await asked;
      if (followed.ok) this.#follow(socket.id, project);
      return followed;
    } finally {
      joining.delete(asked);
      if (joining.size === 0) this.#joining.delete(project);
    }
  }

  leave(socket: string, project: number): Outcome<null> {
    if (this.of(socket) !== project) return refuse("not_found", "You have not joined this project.");
    this.forget(socket);
    return ok(null);
  }

  forget(socket: string): void {
    if (this.#followed.delete(socket)) this.#o.tables.dropProjectFollow(socket);
  }

  /** From the project, in order. The answer is how many still follow it here: 0 ends the deliveries. */
  async deliver(project: number, news: readonly ProjectNews[]): Promise<number> {
    await Promise.allSettled(this.#joining.get(project) ?? []);
    for (const one of news) {
      if (one.type === "people") await this.#showOut(project, one.user_ids);
      else for (const socket of this.#followers(project)) this.#emit(socket, tellProject(one));
    }
    return this.#followers(project).length;
  }

  /** Whoever is not among the project's people may be an administrator, or have come since: the project knows. */
  async #showOut(project: number, people: readonly number[]): Promise<void> {
    const { door, shard } = this.#o;
    for (const socket of this.#followers(project)) {
      if (people.includes(socket.principal.user_id)) continue;
      const follows = await door(project).follow(socket.principal, shard);
      if (follows.ok || this.of(socket.id) !== project) continue;
      this.forget(socket.id);
      for (const wire of shownOutOfProject(project)) this.#emit(socket, wire);
    }
  }

  #followers(project: number): SocketRecord[] {
    return [...this.#followed].flatMap(([id, followed]) => (followed === project && this.#o.sockets.get(id)) || []);
  }

  #emit(socket: SocketRecord, { event, payload }: Wire): void {
    this.#o.sockets.emit(socket, event, payload);
  }

  #follow(socket: string, project: number): void {
    this.#followed.set(socket, project);
    this.#o.tables.putProjectFollow(socket, project);
  }
}
