// What a project's clients are told, and who may listen.
import { expect, it } from "vitest";
import { ADA, principal } from "../conversation/rig.ts";
import { inProject } from "./staged.ts";

it("members and administrators may listen, for everybody else it does not exist", () =>
  inProject(async ({ project }) => {
    expect((await project.follow(ADA, "g0")).ok).toBe(true);
    expect((await project.follow(principal(2, "admin"), "g0")).ok).toBe(true);
    for (const role of ["member", "doctor", "hospital", "patient"] as const)
      expect(await project.follow(principal(2, role), "g0")).toMatchObject({ ok: false, error: { code: "not_found" } });
  }));

it("a project that does not exist lets nobody listen, and its object leaves no trace", () =>
  inProject(async (staged) => {
    staged.members = null;
    expect(await staged.project.follow(principal(1, "admin"), "g0")).toMatchObject({ error: { code: "not_found" } });
    expect(staged.tables).toBe(0);
  }));

it("every shard that listens is told once and in order, also by the next process", () =>
  inProject(async (staged) => {
    const { project, told } = staged;
    await project.follow(ADA, "g0");
    await project.follow(ADA, "g1");
    await project.follow(ADA, "g1");
    await staged.settle();
    told.length = 0;
    project.broadcast("custom_event", { key: "value" });
    project.tell([{ update: "chat_created", data: { chat_id: 42 } }]);
    await staged.settle();
    for (const shard of ["g0", "g1"])
      expect(told.filter(([to]) => to === shard).map(([, { type }]) => type)).toEqual(["event", "updated"]);
    staged.start().broadcast("again", {});
    await staged.settle();
    expect(told.slice(4).map(([shard]) => shard)).toEqual(["g0", "g1"]);
  }));

it("a shard where nobody follows any more is told no more", () =>
  inProject(async (staged) => {
    const calls: string[] = [];
    staged.deliver = async (shard) => calls.push(shard) * 0;
    await staged.project.follow(ADA, "g0");
    await staged.settle();
    calls.length = 0;
    await staged.project.follow(ADA, "g0");
    staged.project.broadcast("one", {});
    await staged.settle();
    const before = calls.length;
    staged.project.broadcast("two", {});
    await staged.settle();
    expect([before > 0, calls.length]).toEqual([true, before]);
  }));

it("a shard that listens anew hears who is in the project, as others may have been removed while it was away", () =>
  inProject(async (staged) => {
    await staged.project.follow(ADA, "g0");
    await staged.settle();
    expect(staged.told).toEqual([["g0", { type: "people", user_ids: [ADA.user_id] }]]);
    await staged.project.follow(ADA, "g0");
    await staged.settle();
    expect(staged.told).toHaveLength(1);
  }));

it("the progress of a document never falls while it is being processed, over restarts too", () =>
  inProject(async (staged) => {
    await staged.project.follow(ADA, "g0");
    await staged.settle();
    const say = (status: "processing" | "completed" | "failed", progress: number) =>
      staged.project.notifyDocument({ document_id: 5, status, progress });
    say("processing", 10);
    say("processing", 50);
    say("processing", 30);
    await staged.settle();
    staged.start();
    say("processing", 40);
    say("completed", 90);
    say("processing", 5);
    say("failed", 2);
    await staged.settle();
    const progress = staged.told.flatMap(([, news]) => (news.type === "document" ? [news.status.progress] : []));
    expect(progress).toEqual([10, 50, 50, 50, 100, 5, 5]);
  }));
