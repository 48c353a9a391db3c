// For routes that set or read cookies: a page that is not on the list gets no answer at all.
import { createMiddleware } from "hono/factory";
import { originStanding } from "../../auth/origins.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

export const allowedOrigin = createMiddleware<AppEnv>(async (c, next) => {
  if (originStanding(c.req.header("origin"), c.get("config")) === "refused")
    return refused(c, { code: "forbidden", message: "This origin is not allowed." });
  return next();
});
