// The metrics as Prometheus scrapes them, for a service whose key may read them.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { canSystem } from "../../auth/policy.ts";
import { metricTotals } from "../../store/metric-history.ts";
import { refusedAttempt } from "../address.ts";
import { routes } from "../context.ts";
import { EXPOSITION_TYPE, exposition } from "../exposition.ts";
import { failure, refused, refuses } from "../respond.ts";

const EXAMPLE = exposition(new Map([["edgewise_connections", 12]]));

const scrape = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "scrapeMetrics",
  summary: "Metrics for Prometheus, with the key of a service",
  tags: ["administration"],
  security: [{ key: [] }],
  responses: {
    200: {
      description: "Prometheus' text format; counters since the beginning",
      content: { "text/plain": { schema: z.string(), example: EXAMPLE } },
    },
    default: failure,
  },
  ...refuses("forbidden"),
});

export const metrics = routes().openapi(scrape, async (c) => {
  const service = await c.get("services").ofRequest(c.req.raw, c.env.DB, c.executionCtx);
  if (!service.ok) return refusedAttempt(c, service.error);
  if (!canSystem(service.value, "metrics.read").allow)
    return refused(c, {
      code: "forbidden",
      message: "This key may not read metrics: it needs the scope metrics:read.",
    });
  const values = await metricTotals(c.env.DB, c.get("clock").now());
  return c.text(exposition(values), 200, { "Content-Type": EXPOSITION_TYPE });
});
