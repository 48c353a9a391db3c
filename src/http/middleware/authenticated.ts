// The door of every route that is not public: no principal, no handler.
import { createMiddleware } from "hono/factory";
import type { Principal } from "../../auth/principal.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

interface Known extends AppEnv {
  Variables: AppEnv["Variables"] & { principal: Principal };
}

/** Put it into a route's `middleware`; its handler then has `c.get("principal")`. */
export const authenticated = createMiddleware<Known>(async (c, next) => {
  const principal = await c.get("auth").ofRequest(c.req.raw, c.env);
  if (!principal.ok) return refused(c, principal.error);
  c.set("principal", principal.value);
  return next();
});
