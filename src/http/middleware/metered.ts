// Counts every answer by its status, and how long it took.
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

export const metered = createMiddleware<AppEnv>(async (c, next) => {
  const started = c.get("clock").now();
  await next();
  const reporter = c.get("reporter");
  const { status } = c.res;
  reporter.meter.countBy("edgewise_http_requests_total", String(status));
  if (status !== 101 && !c.get("untimed"))
    reporter.meter.observe("edgewise_http_request_seconds", c.get("clock").now() - started);
  reporter.touched(c.executionCtx, c.env.DB);
});
