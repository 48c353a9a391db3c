// Who follows which project on a shard: one at a time, and nothing is delivered past a join that is on its way.
import { expect, it } from "vitest";
import { Projects, type ProjectsOptions } from "../../../src/gateway/projects.ts";
import type { SocketRecord } from "../../../src/gateway/tables.ts";
import { type Outcome, ok, refuse } from "../../../src/protocol/errors.ts";

const socket = (id: string): SocketRecord => ({
  ...{ id, session: "g0.s", namespace: "/", pid: null, interview: null, first: 1, came: null, gone: null, heard: 1 },
  principal: { user_id: 7, name: "Ada", role: "member", sid: null, exp: 2, iat: 1 },
  said: [],
});
const NEWS = { type: "event", event: "custom_event", data: { key: "value" } } as const;

function shard(follow: () => Promise<Outcome<null>> = async () => ok(null)) {
  const stored = new Map<string, number>();
  const told: [socket: string, event: string, payload: unknown][] = [];
  const options: ProjectsOptions = {
    shard: "g0",
    tables: {
      projectFollows: () => [...stored].map(([id, project]) => ({ socket: id, project })),
      putProjectFollow: (id, project) => void stored.set(id, project),
      dropProjectFollow: (id) => void stored.delete(id),
    },
    sockets: { get: socket, emit: ({ id }, event, payload) => void told.push([id, event, payload]) },
    door: () => ({ follow }),
  };
  const make = () => {
    const projects = new Projects(options);
    projects.wake();
    return projects;
  };
  return { projects: make(), told, stored, wake: make };
}

it("joining a project leaves the one before", async () => {
  const { projects, told } = shard();
  await projects.join(socket("a"), 1);
  await projects.join(socket("a"), 2);
  expect(await projects.deliver(1, [NEWS])).toBe(0);
  expect(await projects.deliver(2, [NEWS])).toBe(1);
  expect(told).toEqual([["a", "custom_event", { key: "value" }]]);
});

it("only the project that was joined can be left, and its news end", async () => {
  const { projects } = shard();
  await projects.join(socket("a"), 1);
  expect(projects.leave("a", 2)).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect(projects.leave("a", 1).ok).toBe(true);
  expect(await projects.deliver(1, [NEWS])).toBe(0);
});

it("who is refused follows what he followed before", async () => {
  const answers = [ok(null), refuse("not_found", "There is no such project.")];
  const { projects } = shard(async () => answers.shift() ?? ok(null));
  await projects.join(socket("a"), 1);
  expect((await projects.join(socket("a"), 2)).ok).toBe(false);
  expect(projects.of("a")).toBe(1);
});

it("news that overtake the answer to a join reach whoever joins", async () => {
  const answer = Promise.withResolvers<Outcome<null>>();
  const { projects, told } = shard(() => answer.promise);
  const joining = projects.join(socket("a"), 1);
  const delivered = projects.deliver(1, [NEWS]);
  answer.resolve(ok(null));
  await joining;
  expect([await delivered, told.length]).toEqual([1, 1]);
});

it("whoever is not in the project any more is told so and hears nothing, unless the project still lets him", async () => {
  const gone = refuse("not_found", "There is no such project.");
  const answers = [ok(null), ok(null), gone, ok(null)];
  const { projects, told } = shard(async () => answers.shift() ?? ok(null));
  await projects.join(socket("a"), 1);
  await projects.join(socket("b"), 1);
  expect(await projects.deliver(1, [{ type: "people", user_ids: [8] }, NEWS])).toBe(1);
  expect(told).toEqual([
    ["a", "error", { message: "You are not in this project any more." }],
    ["a", "project_left", { project_id: 1, status: "success" }],
    ["b", "custom_event", { key: "value" }],
  ]);
  await projects.deliver(1, [{ type: "people", user_ids: [7] }]);
  expect([answers.length, projects.of("a"), projects.of("b")]).toEqual([0, null, 1]);
});

it("a shard that slept knows who follows what", async () => {
  const { projects, wake } = shard();
  await projects.join(socket("a"), 1);
  await projects.join(socket("b"), 1);
  projects.forget("b");
  expect(await wake().deliver(1, [NEWS])).toBe(1);
});
