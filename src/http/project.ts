// From a route to the project's object.
import * as z from "zod";
import type { ProjectServer } from "../project/server.ts";
import { PathId } from "./conversation.ts";

/** The `{id}` of a path. */
export const ProjectPath = z.object({ id: PathId });

/** What the worker asks of a project: the object's own methods, since everything that crosses is plain data. */
export type ProjectApi = Pick<
  ProjectServer,
  | "change"
  | "delete"
  | "members"
  | "addMember"
  | "changeRole"
  | "removeMember"
  | "documents"
  | "document"
  | "broadcast"
  | "notifyDocument"
>;

export const projectOf = (env: Env, id: number): ProjectApi => env.PROJECT.getByName(String(id));
