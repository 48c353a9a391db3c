// Cross-origin answers: an exact origin or nothing, credentials only for origins on the list.
import { createMiddleware } from "hono/factory";
import { originStanding } from "../../auth/origins.ts";
import type { AppEnv } from "../context.ts";

export const cors = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.req.header("origin");
  const standing = originStanding(origin, c.get("config"));
  const preflight = c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined;
  if (preflight) c.res = new Response(null, { status: 204 });
  else await next();
  if (c.res.status === 101) return;
  c.header("Vary", "Origin", { append: true });
  if (!origin || (standing !== "listed" && standing !== "token")) return;
  c.header("Access-Control-Allow-Origin", origin);
  c.header("Access-Control-Expose-Headers", "x-request-id, retry-after");
  if (standing === "listed") c.header("Access-Control-Allow-Credentials", "true");
  if (!preflight) return;
  c.header("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
  c.header("Access-Control-Allow-Headers", "authorization, content-type, idempotency-key, last-event-id, x-request-id");
  c.header("Access-Control-Max-Age", "600");
});
