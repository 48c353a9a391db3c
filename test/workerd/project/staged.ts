// A project on the storage of a real object: its rows, chats, shards and alarms are the test's.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { ProjectRows } from "../../../src/project/keeping.ts";
import { Project, type ProjectHost } from "../../../src/project/project.ts";
import { ProjectTables } from "../../../src/project/tables.ts";
import type { ProjectMember, ProjectNews } from "../../../src/protocol/projects.ts";
import { TestAlarm } from "../alarm.ts";
import { ADA, FakeClock, passTime, settled } from "../conversation/rig.ts";

export class Staged {
  readonly clock = new FakeClock();
  /** D1: null when the project is not there. */
  members: ProjectMember[] | null = [{ user_id: ADA.user_id, name: ADA.name, role: "owner" }];
  chats: number[] = [];
  /** What the shards were told, in order. */
  readonly told: [shard: string, news: ProjectNews][] = [];
  /** Chats that were asked to take over who takes part. */
  readonly related: number[] = [];
  relate: (chat: number) => Promise<void> = async (chat) => void this.related.push(chat);
  deliver: ProjectHost["deliver"] = async (shard, news) =>
    this.told.push(...news.map((one): [string, ProjectNews] => [shard, one]));
  readonly alarm = new TestAlarm();
  project: Project;

  constructor(readonly storage: DurableObjectStorage) {
    this.project = this.start();
  }

  /** What a new process does with what the old one stored. */
  start(): Project {
    this.project = new Project({
      clock: this.clock,
      log: () => {},
      alarms: this.alarm,
      tables: new ProjectTables(this.storage),
      rows: this.#rows,
      chatsAfter: async (after, limit) => this.chats.filter((chat) => chat > after).slice(0, limit),
      relate: (chat) => this.relate(chat),
      deliver: (shard, news) => this.deliver(shard, news),
    });
    return this.project;
  }

  settle = () => settled(this.storage);

  /** Time passes; the alarm goes off when it is due. */
  async pass(ms: number): Promise<void> {
    await passTime(this, ms, () => this.project.alarm());
  }

  get tables(): number {
    const names = "('gateway', 'document', 'unspread')";
    return this.storage.sql.exec(`SELECT name FROM sqlite_master WHERE name IN ${names}`).toArray().length;
  }

  #rows: ProjectRows = {
    find: async (userId) => {
      if (!this.members) return null;
      const role = this.members.find(({ user_id }) => user_id === userId)?.role ?? null;
      return { id: 3, name: "Kitchen", description: null, role, created_at: "2026-11-21T12:00:00.000Z" };
    },
    members: async () => this.members ?? [],
    change: async () => {},
    putMember: async (user_id, role) => {
      const others = (this.members ?? []).filter((member) => member.user_id !== user_id);
      this.members = [...others, { user_id, name: `user ${user_id}`, role }];
    },
    dropMember: async (userId) => {
      this.members = (this.members ?? []).filter(({ user_id }) => user_id !== userId);
    },
    delete: async () => {
      this.members = null;
    },
    userName: async (userId) => (userId < 100 ? `user ${userId}` : null),
  };
}

export const inProject = (work: (staged: Staged) => Promise<void>): Promise<void> =>
  runInDurableObject(env.PROJECT.getByName(crypto.randomUUID()), (_, { storage }) => work(new Staged(storage)));
