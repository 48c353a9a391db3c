// Finding somebody by the exact user name, to add him to a conversation.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { UserFound } from "../../protocol/rest.ts";
import { findByUsername } from "../../store/people.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ADA } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn } from "../respond.ts";

const findUser = createRoute({
  method: "get",
  path: "/api/v1/users",
  operationId: "findUser",
  summary: "Find somebody by the exact user name",
  tags: ["users"],
  security: signedIn,
  middleware: authenticated,
  request: { query: z.object({ username: z.string().min(1).max(64) }) },
  responses: {
    200: json(UserFound, "The user of exactly this name", { user_id: ADA.id, username: ADA.username, name: ADA.name }),
    default: failure,
  },
  ...refuses("not_found"),
});

export const users = routes().openapi(findUser, async (c) => {
  const person = await findByUsername(c.env.DB, c.req.valid("query").username);
  if (!person?.username || person.disabled_at !== null)
    return refused(c, { code: "not_found", message: "There is no user of this name.", field: "username" });
  return c.json({ user_id: person.id, username: person.username, name: person.name }, 200);
});
