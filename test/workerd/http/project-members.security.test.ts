// Who changes a project and who takes part in it, and what becomes of those who are removed and of its chats.
import { describe, expect, it, vi } from "vitest";
import { Conversation, type MemberRole } from "../../../src/protocol/entities.ts";
import { Project, ProjectDeleted, ProjectMember } from "../../../src/protocol/projects.ts";
import { page } from "../../../src/protocol/rest.ts";
import { type Person, person } from "../conversation/people.ts";
import { open } from "../conversation/socket.ts";
import { administrator, makeKey } from "./admin.ts";
import { call, errorOf } from "./client.ts";

const PROJECTS = "/api/v1/projects";

async function project(owner: Person, members: Person[] = []): Promise<number> {
  const body = { name: "The kitchen", member_ids: members.map(({ id }) => id) };
  return Project.parse(await (await call(PROJECTS, { token: owner.token, body })).json()).id;
}
async function chat({ token }: Person, id: number): Promise<number> {
  const response = await call(`${PROJECTS}/${id}/chats`, { token, body: { title: "Tiles" } });
  return Conversation.parse(await response.json()).id;
}
const asked = async (who: { token: string }, method: string, path: string, body?: object) =>
  (await call(`${PROJECTS}/${path}`, { token: who.token, method, ...(body ? { body } : {}) })).status;
const role = (boss: { token: string }, id: number, who: Person, to: MemberRole) =>
  asked(boss, "PATCH", `${id}/members/${who.id}`, { role: to });
const reads = async ({ token }: Person, conversation: number) =>
  (await call(`/api/v1/conversations/${conversation}`, { token })).status;
const sends = async ({ token }: Person, conversation: number) =>
  (await call(`/api/v1/conversations/${conversation}/messages?wait=false`, { token, body: { content: "Hello" } }))
    .status;
const soon = <T>(ask: () => Promise<T>, answer: T) =>
  vi.waitFor(async () => expect(await ask()).toEqual(answer), 5_000);

describe("a project is changed", () => {
  it("in name and description by its owners and moderators: what is not given stays", async () => {
    const [ada, bob, eve] = [await person(), await person(), await person()];
    const id = await project(ada, [bob]);
    const patch = async (who: Person, body: object) => {
      const response = await call(`${PROJECTS}/${id}`, { token: who.token, method: "PATCH", body });
      return response.ok ? Project.parse(await response.json()) : response.status;
    };
    expect(await patch(bob, { name: "Mine" })).toBe(403);
    expect(await patch(eve, { name: "Mine" })).toBe(404);
    expect(await patch(ada, { description: "Blue tiles" })).toMatchObject({ name: "The kitchen" });
    expect(await role(ada, id, bob, "moderator")).toBe(200);
    expect(await patch(bob, { name: "The bathroom" })).toMatchObject({ description: "Blue tiles", role: "moderator" });
    expect(await patch(ada, { description: null })).toMatchObject({ name: "The bathroom", description: null });
    expect(await patch(ada, { name: "" })).toBe(400);
  });
});

describe("who takes part", () => {
  it("is decided by owners and moderators, owners only by owners and administrators, and by no patient", async () => {
    const [ada, mod, bob, eve, boss] = [
      await person(),
      await person(),
      await person(),
      await person("patient"),
      await administrator(),
    ];
    const id = await project(ada, [mod, bob]);
    expect(await role(ada, id, mod, "moderator")).toBe(200);
    const add = (who: { token: string }, user_id: number, to?: MemberRole) =>
      asked(who, "POST", `${id}/members`, { user_id, ...(to ? { role: to } : {}) });
    expect(await add(bob, eve.id)).toBe(403);
    expect(await add(eve, eve.id)).toBe(404);
    expect(await add(mod, eve.id, "owner")).toBe(403);
    expect(await add(mod, 987_654_321)).toBe(404);
    expect(await add(mod, eve.id)).toBe(201);
    expect(await add(mod, eve.id)).toBe(409);
    expect(await role(mod, id, ada, "member")).toBe(403);
    expect(await role(mod, id, mod, "owner")).toBe(403);
    expect(await role({ token: boss }, id, eve, "owner")).toBe(200);
    expect(await role(eve, id, bob, "viewer")).toBe(403);
    expect(await role(eve, id, ada, "member")).toBe(403);
    expect(await asked(bob, "DELETE", `${id}/members/${mod.id}`)).toBe(403);
  });

  it("is listed for whoever is in it, and always has an owner", async () => {
    const [ada, bob, eve] = [await person(), await person(), await person()];
    const id = await project(ada, [bob]);
    const members = async ({ token }: Person) => {
      const response = await call(`${PROJECTS}/${id}/members`, { token });
      return response.ok ? page(ProjectMember).parse(await response.json()).items : response.status;
    };
    expect(await members(eve)).toBe(404);
    expect(await role(ada, id, ada, "member")).toBe(409);
    expect(await asked(ada, "DELETE", `${id}/members/${ada.id}`)).toBe(409);
    expect(await role(ada, id, bob, "owner")).toBe(200);
    expect(await asked(ada, "DELETE", `${id}/members/${ada.id}`)).toBe(204);
    expect(await members(bob)).toEqual([{ user_id: bob.id, name: bob.name, role: "owner" }]);
    expect(await members(ada)).toBe(404);
  });

  it("in a chat follows from the project, and is changed nowhere else", async () => {
    const [ada, bob, eve] = [await person(), await person(), await person()];
    const id = await project(ada, [bob]);
    const conversation = await chat(bob, id);
    expect(await reads(eve, conversation)).toBe(404);
    expect(await asked(ada, "POST", `${id}/members`, { user_id: eve.id, role: "viewer" })).toBe(201);
    await soon(() => reads(eve, conversation), 200);
    expect(await sends(eve, conversation)).toBe(403);
    expect(await role(ada, id, eve, "member")).toBe(200);
    await soon(() => sends(eve, conversation), 202);
    const path = `/api/v1/conversations/${conversation}/members`;
    const refused = await call(path, { token: bob.token, body: { user_id: (await person()).id } });
    expect([refused.status, (await errorOf(refused)).message]).toEqual([
      403,
      "Who takes part follows from the relations, or from the project: change it there.",
    ]);
  });
});

describe("who is removed from a project", () => {
  it("is cut off from its chats at once, on what is open too, and so is whoever leaves", async () => {
    const [ada, bob, eve] = [await person(), await person(), await person()];
    const id = await project(ada, [bob, eve]);
    const conversation = await chat(bob, id);
    const socket = await open(conversation, bob.token);
    expect(await asked(ada, "DELETE", `${id}/members/${bob.id}`)).toBe(204);
    expect(await socket.end()).toMatchObject({ code: 4403 });
    expect(await reads(bob, conversation)).toBe(404);
    expect(await asked(eve, "DELETE", `${id}/members/${eve.id}`)).toBe(204);
    await soon(() => reads(eve, conversation), 404);
    expect(await reads(ada, conversation)).toBe(200);
  });

  it("takes part in the chats again when he is back", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await project(ada, [bob]);
    const conversation = await chat(bob, id);
    await asked(ada, "DELETE", `${id}/members/${bob.id}`);
    await soon(() => reads(bob, conversation), 404);
    await asked(ada, "POST", `${id}/members`, { user_id: bob.id });
    await soon(() => sends(bob, conversation), 202);
  });
});

describe("a project that is deleted", () => {
  it("is gone at once for everybody, and each of its chats with it", async () => {
    const [ada, bob] = [await person(), await person()];
    const id = await project(ada, [bob]);
    const conversations = [await chat(ada, id), await chat(bob, id)];
    expect(await asked(bob, "DELETE", `${id}`)).toBe(403);
    const deleted = await call(`${PROJECTS}/${id}`, { token: ada.token, method: "DELETE" });
    expect(ProjectDeleted.parse(await deleted.json()).project_id).toBe(id);
    for (const path of ["", "/members", "/chats", "/documents", "/documents/5"])
      expect(await asked(ada, "GET", `${id}${path}`)).toBe(404);
    for (const conversation of conversations) await soon(() => reads(ada, conversation), 404);
    expect(await asked(ada, "DELETE", `${id}`)).toBe(404);
  });
});

describe("documents", () => {
  it("are listed as far as they are, for whoever is in the project", async () => {
    const [ada, eve, boss] = [await person(), await person(), await administrator()];
    const id = await project(ada);
    const { key } = await makeKey(boss, "project:events");
    for (const document_id of [4, 5, 6]) {
      const data = { document_id, status: "failed", progress: 20, error: "It is empty." };
      await call(`${PROJECTS}/${id}/events`, { token: key, body: { event: "document_status", data } });
    }
    const get = async (who: Person, path: string) => (await call(`${PROJECTS}/${id}/documents${path}`, who)).json();
    const failed = (document_id: number) => ({ document_id, status: "failed", progress: 20, error: "It is empty." });
    expect(await get(ada, "?limit=2")).toEqual({ items: [failed(6), failed(5)], next_cursor: "5" });
    expect(await get(ada, "?limit=2&cursor=5")).toEqual({ items: [failed(4)], next_cursor: null });
    expect(await get(ada, "/5")).toEqual(failed(5));
    expect(await get(ada, "/7")).toMatchObject({ error: { code: "not_found", message: "There is no such document." } });
    for (const path of ["", "/5"])
      expect(await get(eve, path)).toMatchObject({ error: { message: "There is no such project." } });
  });
});
