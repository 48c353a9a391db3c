// Projects in D1: numbers, lists, and who takes part in which.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { type Member, MemberRole } from "../protocol/entities.ts";
import { type Project, ProjectMember, type ProjectPatch } from "../protocol/projects.ts";
import type { Page } from "../protocol/rest.ts";
import { paged } from "./paged.ts";

const Row = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string().nullable(),
  role: MemberRole.nullable(),
  created_at: z.int(),
});
const ChatMember = ProjectMember.extend({ via: z.literal("project"), entity_id: z.int() });

const projectOf = (row: unknown): Project => {
  const { created_at, ...project } = Row.parse(row);
  return { ...project, created_at: iso(created_at) };
};

export interface NewProject {
  name: string;
  description: string | null;
  owner: number;
  members: readonly Pick<Member, "user_id" | "role">[];
  /** Epoch ms. */
  now: number;
}

export async function addProject(
  db: D1Database,
  { name, description, owner, members, now }: NewProject,
): Promise<number> {
  const add = "INSERT INTO projects (name, description, created_by, created_at) VALUES (?, ?, ?, ?) RETURNING id";
  // In one batch, which is one transaction: a project without its owner would be nobody's.
  const enter = `INSERT INTO project_members (project_id, user_id, role)
     SELECT max(id), ?1 ->> 'user_id', ?1 ->> 'role' FROM projects`;
  const people = [{ user_id: owner, role: "owner" }, ...members];
  const [added] = await db.batch([
    db.prepare(add).bind(name, description, owner, now),
    ...people.map(({ user_id, role }) => db.prepare(enter).bind(JSON.stringify({ user_id, role }))),
  ]);
  return z.object({ id: z.int() }).parse(added?.results[0]).id;
}

/** As this user sees it, member or not; null when there is none. */
export async function findProject(db: D1Database, id: number, userId: number): Promise<Project | null> {
  const sql = `SELECT p.*, m.role FROM projects p LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = ?2
     WHERE p.id = ?1`;
  const row = await db.prepare(sql).bind(id, userId).first();
  return row && projectOf(row);
}

export async function projectMembers(db: D1Database, id: number): Promise<ProjectMember[]> {
  const sql = `SELECT m.user_id, u.name, m.role FROM project_members m JOIN users u ON u.id = m.user_id
     WHERE m.project_id = ? ORDER BY m.user_id`;
  const { results } = await db.prepare(sql).bind(id).all();
  return results.map((row) => ProjectMember.parse(row));
}

/** The user's projects below `before`, newest first. */
export async function projectsOf(
  db: D1Database,
  userId: number,
  before: number | null,
  limit: number,
): Promise<Page<Project>> {
  const sql = `SELECT p.*, m.role FROM project_members m JOIN projects p ON p.id = m.project_id
     WHERE m.user_id = ? AND p.id < ? ORDER BY p.id DESC LIMIT ?`;
  const { results } = await db
    .prepare(sql)
    .bind(userId, before ?? Number.MAX_SAFE_INTEGER, limit + 1)
    .all();
  return paged(results.map(projectOf), limit);
}

export async function changeProject(db: D1Database, id: number, { name, description }: ProjectPatch): Promise<void> {
  const sql = `UPDATE projects SET name = coalesce(?2, name), description = CASE WHEN ?3 THEN ?4 ELSE description END
     WHERE id = ?1`;
  const given = description === undefined ? 0 : 1;
  await db
    .prepare(sql)
    .bind(id, name ?? null, given, description ?? null)
    .run();
}

/** The rows of its chats stay until each has erased itself. */
export async function deleteProject(db: D1Database, id: number): Promise<void> {
  await db.prepare("DELETE FROM projects WHERE id = ?").bind(id).run();
}

/** Adds a member, or gives one another role. */
export async function putProjectMember(db: D1Database, id: number, userId: number, role: MemberRole): Promise<void> {
  const sql = "INSERT OR REPLACE INTO project_members (project_id, user_id, role) VALUES (?, ?, ?)";
  await db.prepare(sql).bind(id, userId, role).run();
}

export async function dropProjectMember(db: D1Database, id: number, userId: number): Promise<void> {
  await db.prepare("DELETE FROM project_members WHERE project_id = ? AND user_id = ?").bind(id, userId).run();
}

/** Conversations of the project above `after`, ascending; also those that nobody is shown yet. */
export async function chatsAfter(db: D1Database, id: number, after: number, limit: number): Promise<number[]> {
  const sql = "SELECT id FROM conversations WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?";
  const { results } = await db.prepare(sql).bind(id, after, limit).all();
  return results.map((row) => z.object({ id: z.int() }).parse(row).id);
}

/**
 * Who takes part in a chat of the project: whoever is in the project, in the same role, and who began the chat as its
 * owner unless he may only read. null when there is no such project.
 */
export async function chatPeople(
  db: D1Database,
  id: number,
  chat: number,
): Promise<z.infer<typeof ChatMember>[] | null> {
  const sql = `SELECT m.user_id, u.name, 'project' AS via, m.project_id AS entity_id,
       CASE WHEN m.role <> 'viewer' AND m.user_id = c.created_by THEN 'owner' ELSE m.role END AS role
     FROM project_members m JOIN users u ON u.id = m.user_id LEFT JOIN conversations c ON c.id = ?2
     WHERE m.project_id = ?1 ORDER BY m.user_id`;
  const [project, members] = await db.batch([
    db.prepare("SELECT 1 FROM projects WHERE id = ?").bind(id),
    db.prepare(sql).bind(id, chat),
  ]);
  if (project?.results.length === 0) return null;
  return (members?.results ?? []).map((row) => ChatMember.parse(row));
}
