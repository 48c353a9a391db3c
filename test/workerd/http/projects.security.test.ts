// Projects over HTTP: who makes, sees and asks in them, and who tells their clients what.
import { describe, expect, it, vi } from "vitest";
import { Conversation } from "../../../src/protocol/entities.ts";
import { Project } from "../../../src/protocol/projects.ts";
import { ConversationListItem, page } from "../../../src/protocol/rest.ts";
import { scripted } from "../conversation/conversation.ts";
import { type Person, person } from "../conversation/people.ts";
import { administrator, makeKey } from "./admin.ts";
import { call, errorOf } from "./client.ts";

const PROJECTS = "/api/v1/projects";
const Chats = page(ConversationListItem);

async function project(owner: Person, members: Person[] = []) {
  const body = { name: "The kitchen", member_ids: members.map(({ id }) => id) };
  const response = await call(PROJECTS, { token: owner.token, body });
  expect(response.status).toBe(201);
  return Project.parse(await response.json());
}

async function chat(who: Person, id: number, wish: object = { title: "Tiles" }) {
  const response = await call(`${PROJECTS}/${id}/chats`, { token: who.token, body: wish });
  return { status: response.status, body: await response.json() };
}

describe("a project", () => {
  it("has its maker as owner, and is listed for its members", async () => {
    const [ada, bob, eve] = [await person(), await person(), await person()];
    const { id, role, members } = await project(ada, [bob, bob, ada]);
    expect([role, members]).toEqual([
      "owner",
      [
        { user_id: ada.id, name: ada.name, role: "owner" },
        { user_id: bob.id, name: bob.name, role: "member" },
      ],
    ]);
    const listed = async ({ token }: Person) =>
      page(Project).parse(await (await call(PROJECTS, { token })).json()).items;
    expect((await listed(bob)).map((item) => [item.id, item.role])).toEqual([[id, "member"]]);
    expect(await listed(eve)).toEqual([]);
  });

  it("does not exist for whoever is not in it, in no way to ask for it", async () => {
    const [ada, eve] = [await person(), await person()];
    const { id } = await project(ada);
    const answers = [];
    for (const wrong of [id, 987_654_321])
      for (const [path, body] of [
        ["", undefined],
        ["/chats", undefined],
        ["/chats", { title: "Mine" }],
      ] as const) {
        const response = await call(`${PROJECTS}/${wrong}${path}`, { token: eve.token, ...(body ? { body } : {}) });
        answers.push([response.status, (await errorOf(response)).message]);
      }
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify([404, "There is no such project."])]),
    );
  });

  it("is made by everybody but patients, with people who exist", async () => {
    const [patient, ada] = [await person("patient"), await person()];
    expect((await call(PROJECTS, { token: patient.token, body: { name: "Mine" } })).status).toBe(403);
    const response = await call(PROJECTS, { token: ada.token, body: { name: "Ours", member_ids: [987_654_321] } });
    expect([response.status, (await errorOf(response)).field]).toEqual([404, "member_ids"]);
    expect((await call(PROJECTS, { body: { name: "Nobody's" } })).status).toBe(401);
  });
});

describe("a chat of a project", () => {
  it("is a conversation of everybody in it, listed there, and answered", async () => {
    const [ada, bob] = [await person(), await person()];
    const [{ id }, other] = [await project(ada, [bob]), await project(ada, [bob])];
    const made = await chat(bob, id, { title: "Tiles", model: scripted("Green ones.") });
    expect(made.status).toBe(201);
    const { id: conversation, kind } = Conversation.parse(made.body);
    expect(kind).toBe("project_chat");
    const path = `/api/v1/conversations/${conversation}/messages`;
    const sent = await call(path, { token: ada.token, body: { content: "Which?" } });
    expect(await sent.json()).toMatchObject({ answer: { content: "Green ones." } });
    const chats = async (of: number) => {
      const response = await call(`${PROJECTS}/${of}/chats`, { token: ada.token });
      return Chats.parse(await response.json()).items.map((item) => item.id);
    };
    await vi.waitFor(async () => expect(await chats(id)).toEqual([conversation]));
    expect(await chats(other.id)).toEqual([]);
  });
});

describe("an event", () => {
  const event = { event: "custom_event", data: { key: "value" } };

  it("is posted with the key of a service that may, and by nobody else", async () => {
    const [ada, boss] = [await person(), await administrator()];
    const { id } = await project(ada);
    const path = `${PROJECTS}/${id}/events`;
    const [right, wrong] = [await makeKey(boss, "project:events"), await makeKey(boss, "metrics:read")];
    expect((await call(path, { token: right.key, body: event })).status).toBe(202);
    expect((await call(path, { token: wrong.key, body: event })).status).toBe(403);
    for (const token of [ada.token, boss, undefined])
      expect((await call(path, { body: event, ...(token ? { token } : {}) })).status).toBe(401);
    expect((await call(`${PROJECTS}/987654321/events`, { token: right.key, body: event })).status).toBe(404);
    const status = { event: "document_status", data: { document_id: 5, status: "unheard", progress: 1 } };
    expect((await call(path, { token: right.key, body: status })).status).toBe(400);
  });

  it.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "two words", ""])(
    "named %j, at which clients would fall out of their connection, is refused",
    async (name) => {
      const [ada, boss] = [await person(), await administrator()];
      const { id } = await project(ada);
      const { key } = await makeKey(boss, "project:events");
      const response = await call(`${PROJECTS}/${id}/events`, { token: key, body: { event: name, data: {} } });
      expect([response.status, (await errorOf(response)).code]).toEqual([400, "invalid"]);
    },
  );

  it("is refused by the field that is wrong", async () => {
    const [ada, boss] = [await person(), await administrator()];
    const { id } = await project(ada);
    const { key } = await makeKey(boss, "project:events");
    const status = { document_id: 5, status: "completed", progress: 100 };
    for (const [body, message] of [
      [{ event: "arr", data: [1] }, "data must be an object."],
      [{ event: "", data: 1 }, "event may not be empty."],
      [{ data: {} }, "event is missing: give a text."],
      [{ event: "two words", data: {} }, "event has the wrong form."],
      [{ event: "document_status" }, "data.document_id is missing: give a number."],
      [{ event: "document_status", data: { ...status, document_id: "x" } }, "data.document_id must be a number."],
      [{ event: "document_status", data: { ...status, progress: 101 } }, "data.progress must be 100 or less."],
    ] as const) {
      const error = await errorOf(await call(`${PROJECTS}/${id}/events`, { token: key, body }));
      expect(error).toMatchObject({ code: "invalid", field: message.split(" ")[0], message });
    }
  });

  it("of any other name is passed on", async () => {
    const [ada, boss] = [await person(), await administrator()];
    const { id } = await project(ada);
    const { key } = await makeKey(boss, "project:events");
    const response = await call(`${PROJECTS}/${id}/events`, { token: key, body: { event: "disconnected", data: {} } });
    expect(response.status).toBe(202);
  });
});
