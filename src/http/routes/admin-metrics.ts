// The metrics as series, for the administrators' charts.
import { createRoute } from "@hono/zod-openapi";
import { minuteOf } from "../../lib/metrics.ts";
import { MAX_SLOTS, MetricsAnswer, MetricsQuery } from "../../protocol/admin.ts";
import { metricSlots } from "../../store/metric-history.ts";
import { routes } from "../context.ts";
import { metricsSlot } from "../metric-series.ts";
import { administering } from "../middleware/administering.ts";
import { SLOT } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn } from "../respond.ts";

const HOUR_MS = 3_600_000;

const read = createRoute({
  method: "get",
  path: "/api/v1/admin/metrics",
  operationId: "readMetrics",
  summary: "Metrics as series, for charts",
  tags: ["administration"],
  security: signedIn,
  middleware: administering("metrics.read"),
  request: { query: MetricsQuery },
  responses: {
    200: json(MetricsAnswer, "One slot a step, oldest first; the last one is still filling", {
      step_s: 60,
      slots: [SLOT],
    }),
    default: failure,
  },
  ...refuses("forbidden"),
});

export const adminMetrics = routes().openapi(read, async (c) => {
  const query = c.req.valid("query");
  const to = query.to ? Date.parse(query.to) : c.get("clock").now();
  const from = query.from ? Date.parse(query.from) : to - HOUR_MS;
  const step = query.step / 60;
  // Slots begin at multiples of the step, so that they stay the same however often one asks.
  const first = Math.floor(minuteOf(from) / step) * step;
  const end = minuteOf(to) + 1;
  if (end <= first) return refused(c, { code: "invalid", message: "It ends before it begins.", field: "to" });
  if ((end - first) / step > MAX_SLOTS)
    return refused(c, { code: "invalid", message: `Ask for at most ${MAX_SLOTS} steps.`, field: "step" });
  const slots = await metricSlots(c.env.DB, first, end, step);
  return c.json({ step_s: query.step, slots: slots.map(metricsSlot) }, 200);
});
