// Projects: making, listing and seeing them, their chats, and what services tell their clients.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { canProject, type ProjectAction } from "../../auth/policy.ts";
import type { Principal } from "../../auth/principal.ts";
import { Conversation } from "../../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { numeral } from "../../protocol/json.ts";
import {
  DocumentStatus,
  Project,
  ProjectChatCreate,
  ProjectCreate,
  ProjectDeleted,
  ProjectEvent,
  ProjectPatch,
} from "../../protocol/projects.ts";
import { ConversationListItem, PageQuery, page } from "../../protocol/rest.ts";
import { conversationsOf, ListCursor, reserveConversation } from "../../store/conversations.ts";
import { findById } from "../../store/people.ts";
import { addProject, findProject, projectMembers, projectsOf } from "../../store/projects.ts";
import { routes } from "../context.ts";
import { conversationOf } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { serving } from "../middleware/serving.ts";
import { AT, CONVERSATION, LISTED, PROJECT } from "../openapi/samples.ts";
import { ProjectPath, projectOf } from "../project.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["projects"], security: signedIn, middleware: authenticated };
const path = "/api/v1/projects";

const create = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "createProject",
  summary: "Start a project",
  request: takes(ProjectCreate, { name: "The kitchen", member_ids: [8] }),
  responses: { 201: json(Project, "The new project; the caller is its owner", PROJECT), default: failure },
  ...refuses("forbidden", "not_found"),
});

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listProjects",
  summary: "The caller's projects, newest first",
  request: { query: PageQuery.extend({ cursor: numeral(z.int().positive()).optional() }) },
  responses: { 200: json(page(Project), "One page", { items: [PROJECT], next_cursor: null }), default: failure },
});

const read = createRoute({
  ...base,
  method: "get",
  path: `${path}/{id}`,
  operationId: "readProject",
  summary: "One project with its members",
  request: { params: ProjectPath },
  responses: { 200: json(Project, "As the caller sees it", PROJECT), default: failure },
});

const change = createRoute({
  ...base,
  method: "patch",
  path: `${path}/{id}`,
  operationId: "changeProject",
  summary: "Change a project's name or description; what is not given stays",
  request: { params: ProjectPath, ...takes(ProjectPatch, { name: "The bathroom" }) },
  responses: { 200: json(Project, "As it is now", PROJECT), default: failure },
});

const erase = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{id}`,
  operationId: "deleteProject",
  summary: "Delete a project with its chats, for good",
  request: { params: ProjectPath },
  responses: { 200: json(ProjectDeleted, "The receipt", { project_id: 3, deleted_at: AT }), default: failure },
});

const createChat = createRoute({
  ...base,
  method: "post",
  path: `${path}/{id}/chats`,
  operationId: "createProjectChat",
  summary: "Start a chat of a project",
  description: "A conversation of all who are in the project; to send and read, use its routes.",
  request: { params: ProjectPath, ...takes(ProjectChatCreate, { title: "Which tiles?" }) },
  responses: {
    201: json(Conversation, "The new chat", { ...CONVERSATION, kind: "project_chat" }),
    default: failure,
  },
  ...refuses("misconfigured"),
});

const listChats = createRoute({
  ...base,
  method: "get",
  path: `${path}/{id}/chats`,
  operationId: "listProjectChats",
  summary: "The caller's chats of a project, latest first",
  request: { params: ProjectPath, query: PageQuery.extend({ cursor: ListCursor.optional() }) },
  responses: {
    200: json(page(ConversationListItem), "One page", {
      items: [{ ...LISTED, kind: "project_chat" }],
      next_cursor: null,
    }),
    default: failure,
  },
});

const postEvent = createRoute({
  method: "post",
  path: `${path}/{id}/events`,
  operationId: "postProjectEvent",
  summary: "Tell a project's clients something, with the key of a service",
  description: "The progress in `document_status` never falls while a document is being processed.",
  tags: ["projects"],
  security: [{ key: [] }],
  middleware: serving("events.post"),
  request: {
    params: ProjectPath,
    ...takes(ProjectEvent, { event: "document_status", data: { document_id: 5, status: "processing", progress: 75 } }),
  },
  responses: { 202: { description: "Whoever has joined the project is told" }, default: failure },
});

export const projects = routes()
  .openapi(create, async (c) => {
    const principal = c.get("principal");
    const { name, description = null, member_ids = [] } = c.req.valid("json");
    if (!canProject(principal.role, "project.create", null).allow)
      return refused(c, { code: "forbidden", message: "Patients may not start projects." });
    const now = c.get("clock").now();
    const members = [...new Set(member_ids)].filter((id) => id !== principal.user_id);
    for (const id of members) {
      const person = await findById(c.env.DB, id);
      if (!person || person.disabled_at !== null)
        return refused(c, { code: "not_found", message: `There is no user ${id}.`, field: "member_ids" });
    }
    const people = members.map((user_id) => ({ user_id, role: "member" as const }));
    const id = await addProject(c.env.DB, { name, description, owner: principal.user_id, members: people, now });
    const made = await seen(c.env.DB, principal, "project.read", id);
    return made.ok ? c.json(made.value, 201) : refused(c, made.error);
  })
  .openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    return c.json(await projectsOf(c.env.DB, c.get("principal").user_id, cursor ?? null, limit), 200);
  })
  .openapi(read, async (c) => {
    const project = await seen(c.env.DB, c.get("principal"), "project.read", c.req.valid("param").id);
    return project.ok ? c.json(project.value, 200) : refused(c, project.error);
  })
  .openapi(change, async (c) => {
    const project = projectOf(c.env, c.req.valid("param").id);
    const changed = await project.change(c.get("principal"), c.req.valid("json"));
    return changed.ok ? c.json(changed.value, 200) : refused(c, changed.error);
  })
  .openapi(erase, async (c) => {
    const { id } = c.req.valid("param");
    const deleted = await projectOf(c.env, id).delete(c.get("principal"));
    return deleted.ok ? c.json({ project_id: id, ...deleted.value }, 200) : refused(c, deleted.error);
  })
  .openapi(createChat, async (c) => {
    const principal = c.get("principal");
    const project = await seen(c.env.DB, principal, "project.ask", c.req.valid("param").id);
    if (!project.ok) return refused(c, project.error);
    const { title = null, model = null, instructions = null, temperature = null } = c.req.valid("json");
    const known = c.get("models").resolve(model);
    if (!known.ok) return refused(c, known.error);
    const now = c.get("clock").now();
    const kind = "project_chat";
    const project_id = project.value.id;
    const id = await reserveConversation(c.env.DB, kind, principal.user_id, now, project_id);
    const wish = { id, kind, title, model, instructions, temperature, created_at: now, project_id } as const;
    return c.json(await conversationOf(c.env, id).create({ ...wish, assistant_mode: "always" }, null, []), 201);
  })
  .openapi(listChats, async (c) => {
    const principal = c.get("principal");
    const project = await seen(c.env.DB, principal, "project.read", c.req.valid("param").id);
    if (!project.ok) return refused(c, project.error);
    const { cursor, limit } = c.req.valid("query");
    return c.json(await conversationsOf(c.env.DB, principal.user_id, cursor ?? null, limit, project.value.id), 200);
  })
  .openapi(postEvent, async (c) => {
    const { id } = c.req.valid("param");
    if (!(await findProject(c.env.DB, id, 0))) return refused(c, NO_PROJECT.error);
    const project = projectOf(c.env, id);
    const { event, data } = c.req.valid("json");
    if (event === "document_status") await project.notifyDocument(DocumentStatus.parse(data));
    else await project.broadcast(event, data);
    return c.body(null, 202);
  });

const NO_PROJECT = refuse("not_found", "There is no such project.");

/** The project with its members, when this person may do that there. */
async function seen(
  db: D1Database,
  principal: Principal,
  action: ProjectAction,
  id: number,
): Promise<Outcome<z.infer<typeof Project>>> {
  const project = await findProject(db, id, principal.user_id);
  const verdict = canProject(principal.role, action, project?.role ?? null);
  if (!project || (!verdict.allow && verdict.code === "not_found")) return NO_PROJECT;
  if (!verdict.allow) return refuse(verdict.code, "You may read in this project, but not ask.");
  return ok({ ...project, members: await projectMembers(db, id) });
}
