// Is the process alive, and are the things behind it.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { routes } from "../context.ts";
import { json } from "../respond.ts";

const Alive = z
  .object({
    status: z.literal("ok"),
    environment: z.literal("development").optional().describe("Told there only: the page offers the demo log-in"),
  })
  .meta({ id: "Alive" });
const Check = z.enum(["ok", "away", "builtin"]).describe("`builtin`: no model server is configured");
const Ready = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    checks: z.object({ database: Check, files: Check, model: Check }),
  })
  .meta({ id: "Ready" });

const alive = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "isAlive",
  summary: "Does the process answer?",
  tags: ["health"],
  responses: { 200: json(Alive, "The process answers", { status: "ok" }) },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "isReady",
  summary: "Do the things behind it answer?",
  description: "Asked at most every 30 seconds; never a billed call.",
  tags: ["health"],
  responses: {
    200: json(Ready, "Database, files and model answer", {
      status: "ok",
      checks: { database: "ok", files: "ok", model: "builtin" },
    }),
    503: json(Ready, "One of them does not", {
      status: "unavailable",
      checks: { database: "away", files: "ok", model: "ok" },
    }),
  },
});

export const health = routes()
  .openapi(alive, (c) => {
    const { ENVIRONMENT: environment } = c.get("config");
    return c.json({ status: "ok" as const, ...(environment === "development" ? { environment } : {}) }, 200);
  })
  .openapi(ready, async (c) => {
    const checks = await c.get("readiness").ask(c.env);
    const well = !Object.values(checks).includes("away");
    return well
      ? c.json({ status: "ok" as const, checks }, 200)
      : c.json({ status: "unavailable" as const, checks }, 503);
  });
