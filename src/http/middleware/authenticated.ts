// The door of every route that is not public: no principal, no handler.
import { createMiddleware } from "hono/factory";
import type { Principal } from "../../auth/principal.ts";
import type { AppEnv } from "../context.ts";
import { refused } from "../respond.ts";

/** Behind `authenticated`. */
export interface Known extends AppEnv {
  Variables: AppEnv["Variables"] & { principal: Principal };
}

/** Put it into a route's `middleware`; its handler then has `c.get("principal")`. */
export const authenticated = createMiddleware<Known>(async (c, next) => {
  const principal = await c.get("auth").ofRequest(c.req.raw, c.env);
  if (!principal.ok) return refused(c, principal.error);
  c.set("principal", principal.value);
  // Whoever lifts the rate of messages (a load test, a trusted service) lifts that of requests.
  const limited = c.get("config").MESSAGES_PER_MINUTE > 0;
  const wait = limited ? c.get("requests").take(principal.value.user_id) : 0;
  if (wait > 0) return refused(c, { code: "rate_limited", message: "Too many requests.", retry_after_ms: wait });
  return next();
});
