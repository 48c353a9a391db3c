// Projects: what their routes take and answer, and what their clients are told.
import * as z from "zod";
import { Id, Instructions, MemberRole, ModelName, Person, Temperature, Title } from "./entities.ts";
import { Text } from "./json.ts";
import { LIMITS } from "./limits.ts";

export const ProjectMember = Person.extend({ role: MemberRole }).meta({ id: "ProjectMember" });
export type ProjectMember = z.infer<typeof ProjectMember>;

export const Project = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string().nullable(),
    role: MemberRole.nullable().describe("The caller's; null for an administrator who is not a member"),
    members: z.array(ProjectMember).optional().describe("Of one project; lists do not have them"),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Project", description: "People and the chats that they have about the same things" });
export type Project = z.infer<typeof Project>;

export const ProjectCreate = z
  .object({
    name: Title,
    description: Text.max(2_000).optional(),
    member_ids: z.array(Id).max(LIMITS.members).optional(),
  })
  .meta({ id: "ProjectCreate" });
export type ProjectCreate = z.infer<typeof ProjectCreate>;

export const ProjectPatch = z
  .object({ name: Title, description: Text.max(2_000).nullable() })
  .partial()
  .meta({ id: "ProjectPatch" });
export type ProjectPatch = z.infer<typeof ProjectPatch>;

export const ProjectDeleted = z
  .object({ project_id: Id, deleted_at: z.iso.datetime() })
  .meta({ id: "ProjectDeleted", description: "Nobody sees it or its chats any more; what they held is erased" });
export type ProjectDeleted = z.infer<typeof ProjectDeleted>;

export const ProjectChatCreate = z
  .object({
    title: Title.optional(),
    model: ModelName.optional(),
    instructions: Instructions.optional(),
    temperature: Temperature.optional(),
  })
  .meta({ id: "ProjectChatCreate" });
export type ProjectChatCreate = z.infer<typeof ProjectChatCreate>;

export const DocumentStatus = z
  .object({
    document_id: Id,
    status: z.enum(["processing", "completed", "failed"]),
    progress: z.number().min(0).max(100),
    error: z.string().max(2_000).optional(),
  })
  .meta({ id: "DocumentStatus" });
export type DocumentStatus = z.infer<typeof DocumentStatus>;

/** Clients end their connection at an event of such a name. */
const RESERVED: ReadonlySet<string> = new Set(["connect", "connect_error", "disconnect", "disconnecting"]);

/** What a service says to a project's clients. `document_status` is checked; every other event is passed on as it is. */
export const ProjectEvent = z
  .object({
    event: z
      .string()
      .min(1)
      .regex(/^[a-z][a-z0-9_:.-]{0,63}$/)
      .refine((event) => !RESERVED.has(event), { error: "is a name that Socket.IO keeps to itself" }),
    data: z.record(z.string(), z.unknown()).default({}),
  })
  .superRefine(({ event, data }, context) => {
    if (event !== "document_status") return;
    for (const { path, message } of DocumentStatus.safeParse(data).error?.issues ?? [])
      context.addIssue({ code: "custom", message, path: ["data", ...path] });
  })
  .meta({
    id: "ProjectEvent",
    description:
      "The `data` of `document_status` has `document_id`, `status` (processing, completed or failed), `progress` (0 to 100) " +
      "and perhaps `error`; that of other events is passed on as it is",
  });

/** What has changed in a project. */
export interface ProjectUpdate {
  update:
    | "document_added"
    | "document_deleted"
    | "chat_created"
    | "chat_updated"
    | "chat_deleted"
    | "chat_message_added";
  data: Record<string, unknown>;
}

/** What a project tells its clients' gateways: each can be put into words by itself. */
export type ProjectNews =
  | ({ type: "updated" } & ProjectUpdate)
  | { type: "document"; status: DocumentStatus }
  /** Who is in it now: of anybody else who follows it must be asked whether he may. */
  | { type: "people"; user_ids: number[] }
  | { type: "event"; event: string; data: Record<string, unknown> };
