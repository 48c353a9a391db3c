// Who takes part in a project, and with that in each of its chats.
import { createRoute } from "@hono/zod-openapi";
import { ProjectMember } from "../../protocol/projects.ts";
import { MemberAdd, MemberPatch, page } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { PathId } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { PROJECT_MEMBER } from "../openapi/samples.ts";
import { ProjectPath, projectOf } from "../project.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["projects"], security: signedIn, middleware: authenticated };
const path = "/api/v1/projects/{id}/members";
const MemberPath = ProjectPath.extend({ user_id: PathId });

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listProjectMembers",
  summary: "Who takes part in a project",
  request: { params: ProjectPath },
  responses: {
    200: json(page(ProjectMember), "All members", { items: [PROJECT_MEMBER], next_cursor: null }),
    default: failure,
  },
});

const add = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "addProjectMember",
  summary: "Let somebody take part in a project and its chats",
  request: { params: ProjectPath, ...takes(MemberAdd, { user_id: 8, role: "member" }) },
  responses: { 201: json(ProjectMember, "Added", PROJECT_MEMBER), default: failure },
  ...refuses("conflict", "quota_exceeded"),
});

const setRole = createRoute({
  ...base,
  method: "patch",
  path: `${path}/{user_id}`,
  operationId: "changeProjectRole",
  summary: "Change what a member of a project may do, in its chats too",
  request: { params: MemberPath, ...takes(MemberPatch, { role: "viewer" }) },
  responses: { 200: json(ProjectMember, "Changed", { ...PROJECT_MEMBER, role: "viewer" }), default: failure },
  ...refuses("conflict"),
});

const remove = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{user_id}`,
  operationId: "removeProjectMember",
  summary: "Remove a member from a project and its chats; oneself: leave",
  description: "Whoever is removed hears nothing of it any more, on whatever is open.",
  request: { params: MemberPath },
  responses: { 204: { description: "Removed" }, default: failure },
  ...refuses("conflict"),
});

export const projectMemberships = routes()
  .openapi(list, async (c) => {
    const members = await projectOf(c.env, c.req.valid("param").id).members(c.get("principal"));
    return members.ok ? c.json({ items: members.value, next_cursor: null }, 200) : refused(c, members.error);
  })
  .openapi(add, async (c) => {
    const { user_id, role } = c.req.valid("json");
    c.set("audited", { detail: JSON.stringify({ user_id, role }) });
    const project = projectOf(c.env, c.req.valid("param").id);
    const added = await project.addMember(c.get("principal"), user_id, role);
    return added.ok ? c.json(added.value, 201) : refused(c, added.error);
  })
  .openapi(setRole, async (c) => {
    const { id, user_id } = c.req.valid("param");
    c.set("audited", { detail: JSON.stringify(c.req.valid("json")) });
    const changed = await projectOf(c.env, id).changeRole(c.get("principal"), user_id, c.req.valid("json").role);
    return changed.ok ? c.json(changed.value, 200) : refused(c, changed.error);
  })
  .openapi(remove, async (c) => {
    const { id, user_id } = c.req.valid("param");
    const removed = await projectOf(c.env, id).removeMember(c.get("principal"), user_id);
    return removed.ok ? c.body(null, 204) : refused(c, removed.error);
  });
