// Gives each request its id and writes its one log line: no query string, no address, no content.
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { createLog } from "../../lib/log.ts";
import type { AppEnv } from "../context.ts";

/** A client may name its request, so that its own log and ours agree. */
const WELL_FORMED = /^[A-Za-z0-9_-]{8,64}$/;

export const requestLog = createMiddleware<AppEnv>(async (c, next) => {
  const given = c.req.header("x-request-id");
  const requestId = given && WELL_FORMED.test(given) ? given : crypto.randomUUID();
  c.set("requestId", requestId);
  const log = createLog(c.get("config").LOG_LEVEL, { request_id: requestId });
  c.set("log", log);
  const started = c.get("clock").now();
  await next();
  // An upgraded connection's answer cannot be changed without losing its socket.
  if (c.res.status !== 101) c.header("x-request-id", requestId);
  log("info", "request", {
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    ms: c.get("clock").now() - started,
    user_id: c.get("principal")?.user_id,
  });
});
