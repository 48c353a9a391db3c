// One's own profile.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { Id, Role } from "../../protocol/entities.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { bearer, failure, json } from "../respond.ts";

const Profile = z.object({ id: Id, name: z.string(), role: Role }).meta({ id: "Profile" });

const readProfile = createRoute({
  method: "get",
  path: "/api/v1/me",
  tags: ["me"],
  security: bearer,
  middleware: [authenticated] as const,
  responses: { 200: json(Profile, "The caller's profile"), default: failure },
});

export const me = routes().openapi(readProfile, (c) => {
  const { user_id, name, role } = c.get("principal");
  return c.json({ id: user_id, name, role }, 200);
});
