// Who follows a project over Socket.IO: through cuts, changes of shard and a kill, and not past his removal.
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import type { Person } from "../support/harness/api.ts";
import { until } from "../support/harness/until.ts";
import { openStage, type Stage } from "../support/stage.ts";

const QUICK = { transports: ["websocket"], forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100 };
const WithId = z.object({ id: z.int() });
const WithKey = z.object({ key: z.string() });

let stage: Stage;
let ada: Person;
let bob: Person;
let key: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  stage = await openStage({ ADMIN_USERS: "boss" });
  [ada, bob] = [await stage.person("ada-projects"), await stage.person("bob-projects")];
  const { token } = await stage.person("boss");
  key = WithKey.parse(await ask("/keys", token, { name: "A service", scopes: ["project:events"] })).key;
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await stage.close();
});

async function ask(path: string, token: string, body?: object, method = "POST"): Promise<unknown> {
  const response = await fetch(`${stage.server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : null,
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

const project = async () =>
  WithId.parse(await ask("/projects", ada.token, { name: "The kitchen", member_ids: [bob.id] })).id;
const say = (id: number, n: number) => ask(`/projects/${id}/events`, key, { event: "custom_event", data: { n } });

/** One that has joined, and what it was told since. */
async function client(token: string, id: number) {
  const socket = io(stage.server.url, { auth: { token }, ...QUICK });
  sockets.push(socket);
  const seen = {
    socket,
    heard: [] as number[],
    joined: 0,
    left: 0,
    errors: [] as unknown[],
    shards: new Set<string>(),
  };
  const shard = () => seen.shards.add((socket.io.engine.id ?? "").split(".")[0] ?? "");
  socket.on("connect", () => {
    shard();
    if (!socket.recovered) socket.emit("join_project", { project_id: id });
  });
  socket.on("project_joined", () => {
    seen.joined += 1;
  });
  socket.on("project_left", () => {
    seen.left += 1;
  });
  socket.on("error", (payload: unknown) => seen.errors.push(payload));
  socket.on("custom_event", ({ n }: { n: number }) => seen.heard.push(n));
  await until(() => seen.joined === 1, "it joined");
  return seen;
}

it("a follower that recovers on another shard, and after a kill, follows on: each event once", async () => {
  const id = await project();
  const follower = await client(ada.token, id);
  const said: number[] = [];
  const next = async () => {
    said.push(said.length);
    await say(id, said.length - 1);
  };
  const comesBack = () => until(() => follower.socket.connected, "it is back", 20_000);
  for (let cuts = 0; cuts < 40 && follower.shards.size < 3; cuts++) {
    follower.socket.io.engine.close();
    await next();
    await comesBack();
    await next();
    await until(() => follower.heard.length >= said.length, "it has heard all");
  }
  await stage.server.kill();
  await stage.server.restart();
  await until(() => follower.socket.connected, "it is back", 20_000);
  await next();
  await until(() => follower.heard.length >= said.length, "it has heard what was said after the kill");
  expect([follower.heard, follower.joined, follower.shards.size]).toEqual([said, 1, 3]);
});

it("who is removed is told so and hears nothing from then on, nor by coming back; the others do", async () => {
  const id = await project();
  const [stays, goes] = [await client(ada.token, id), await client(bob.token, id)];
  await ask(`/projects/${id}/members/${bob.id}`, ada.token, undefined, "DELETE");
  await until(() => goes.left === 1, "the removed one is told", 5_000);
  await say(id, 1);
  goes.socket.io.engine.close();
  await until(() => goes.socket.connected, "the removed one is back");
  await say(id, 2);
  await until(() => stays.heard.length === 2, "the other one hears");
  expect([goes.heard, goes.errors]).toEqual([[], [{ message: "You are not in this project any more." }]]);
});

it("who follows a project that is deleted is told so", async () => {
  const id = await project();
  const [ada1, bob1] = [await client(ada.token, id), await client(bob.token, id)];
  await ask(`/projects/${id}`, ada.token, undefined, "DELETE");
  await until(() => ada1.left + bob1.left === 2, "both are told", 5_000);
});
