// The door of services' routes: a key with the scope that the action wants, before anything else is looked at.
import { createMiddleware } from "hono/factory";
import { canSystem, type SystemAction } from "../../auth/policy.ts";
import { refusedAttempt } from "../address.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

export const serving = (action: SystemAction) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const service = await c.get("services").ofRequest(c.req.raw, c.env.DB, c.executionCtx);
    if (!service.ok) return refusedAttempt(c, service.error);
    if (!canSystem(service.value, action).allow)
      return refused(c, { code: "forbidden", message: "This key lacks the scope that this needs." });
    return next();
  });
