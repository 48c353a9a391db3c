// Production serves nothing while the demo user, whose password everybody knows, exists (security.md §10).
import { createMiddleware } from "hono/factory";
import { demoUserExists } from "../../auth/demo.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

/** Asked once an isolate: in production nobody can make that user afterwards. */
export function noDemoUser() {
  let clean = false;
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!clean && c.get("config").ENVIRONMENT === "production") {
      // With D1 away there is nothing to ask, and no log-in either.
      const exists = await demoUserExists(c.env.DB).catch(() => null);
      if (exists)
        return refused(c, {
          code: "misconfigured",
          message: "The demo user exists: delete it, or set the variable ENVIRONMENT to development.",
          field: "ENVIRONMENT",
        });
      clean = exists === false;
    }
    return next();
  });
}
