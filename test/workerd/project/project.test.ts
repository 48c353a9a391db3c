// What a project's clients are told, and who may listen.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Project, type ProjectHost } from "../../../src/project/project.ts";
import { ProjectTables } from "../../../src/project/tables.ts";
import type { Project as Facts, ProjectNews } from "../../../src/protocol/projects.ts";
import { ADA, FakeClock, principal, settled } from "../conversation/rig.ts";

const FACTS: Facts = {
  id: 3,
  name: "Kitchen",
  description: null,
  role: "member",
  created_at: "2026-11-21T12:00:00.000Z",
};

interface Staged {
  project: Project;
  told: [shard: string, news: ProjectNews][];
  storage: DurableObjectStorage;
  /** What a new process does with what the old one stored. */
  restart(): Project;
}

const inProject = (work: (staged: Staged) => Promise<void>, more: Partial<ProjectHost> = {}): Promise<void> =>
  runInDurableObject(env.PROJECT.getByName(crypto.randomUUID()), async (_, { storage }) => {
    const told: Staged["told"] = [];
    const make = () =>
      new Project({
        clock: new FakeClock(),
        log: () => {},
        tables: new ProjectTables(storage.sql),
        find: async (userId) => (userId === ADA.user_id ? FACTS : { ...FACTS, role: null }),
        deliver: async (shard, news) => told.push(...news.map((one): [string, ProjectNews] => [shard, one])),
        ...more,
      });
    await work({ project: make(), told, storage, restart: make });
  });

const tables = ({ sql }: DurableObjectStorage) =>
  sql.exec("SELECT name FROM sqlite_master WHERE name IN ('gateway', 'document')").toArray();

it("members and administrators may listen, for everybody else it does not exist", () =>
  inProject(async ({ project }) => {
    expect((await project.follow(ADA, "g0")).ok).toBe(true);
    expect((await project.follow(principal(2, "admin"), "g0")).ok).toBe(true);
    for (const role of ["member", "doctor", "hospital", "patient"] as const)
      expect(await project.follow(principal(2, role), "g0")).toMatchObject({ ok: false, error: { code: "not_found" } });
  }));

it("a project that does not exist lets nobody listen, and its object leaves no trace", () =>
  inProject(
    async ({ project, storage }) => {
      expect(await project.follow(principal(1, "admin"), "g0")).toMatchObject({ error: { code: "not_found" } });
      expect(tables(storage)).toEqual([]);
    },
    { find: async () => null },
  ));

it("every shard that listens is told once and in order, also by the next process", () =>
  inProject(async ({ project, told, storage, restart }) => {
    await project.follow(ADA, "g0");
    await project.follow(ADA, "g1");
    await project.follow(ADA, "g1");
    project.broadcast("custom_event", { key: "value" });
    project.tell([{ update: "chat_created", data: { chat_id: 42 } }]);
    await settled(storage);
    for (const shard of ["g0", "g1"])
      expect(told.filter(([to]) => to === shard).map(([, { type }]) => type)).toEqual(["event", "updated"]);
    restart().broadcast("again", {});
    await settled(storage);
    expect(told.slice(4).map(([shard]) => shard)).toEqual(["g0", "g1"]);
  }));

it("a shard where nobody follows any more is told no more", () => {
  const calls: string[] = [];
  return inProject(
    async ({ project, storage }) => {
      await project.follow(ADA, "g0");
      project.broadcast("one", {});
      await settled(storage);
      project.broadcast("two", {});
      await settled(storage);
      expect(calls).toEqual(["g0"]);
    },
    { deliver: async (shard) => calls.push(shard) * 0 },
  );
});

it("the progress of a document never falls while it is being processed, over restarts too", () =>
  inProject(async ({ project, told, storage, restart }) => {
    await project.follow(ADA, "g0");
    const say = (status: "processing" | "completed" | "failed", progress: number, by = project) =>
      by.notifyDocument({ document_id: 5, status, progress });
    say("processing", 10);
    say("processing", 50);
    say("processing", 30);
    await settled(storage);
    const next = restart();
    say("processing", 40, next);
    say("completed", 90, next);
    say("processing", 5, next);
    say("failed", 2, next);
    await settled(storage);
    const progress = told.map(([, news]) => (news.type === "document" ? news.status.progress : null));
    expect(progress).toEqual([10, 50, 50, 50, 100, 5, 5]);
  }));
