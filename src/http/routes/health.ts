// Is the process alive, and are its dependencies.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { routes } from "../context.ts";
import { json } from "../respond.ts";

const alive = createRoute({
  method: "get",
  path: "/healthz",
  tags: ["health"],
  responses: { 200: json(z.object({ status: z.literal("ok") }), "The process answers") },
});

export const health = routes().openapi(alive, (c) => c.json({ status: "ok" as const }, 200));
