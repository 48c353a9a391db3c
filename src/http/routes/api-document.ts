// The API's document and the page that shows it.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { routes } from "../context.ts";
import { describeApi } from "../openapi/document.ts";
import type { OpenApi } from "../openapi/types.ts";
import { json } from "../respond.ts";

const Document = z.looseObject({ openapi: z.string() }).describe("OpenAPI 3.1");

const read = createRoute({
  method: "get",
  path: "/api/v1/openapi.json",
  operationId: "readApiDocument",
  summary: "This document",
  tags: ["health"],
  responses: { 200: json(Document, "OpenAPI 3.1, made from the routes themselves", { openapi: "3.1.0" }) },
});

/** `registry` has the contracts of every route, once all are mounted. */
export function apiDocument(registry: ReturnType<typeof routes>["openAPIRegistry"]) {
  let made: OpenApi | undefined;
  return routes()
    .openapi(read, (c) => {
      made ??= describeApi(registry.definitions.flatMap((known) => (known.type === "route" ? [known.route] : [])));
      return c.json({ ...made, servers: [{ url: new URL(c.req.url).origin }] }, 200);
    })
    .get("/api/v1/docs", (c) => c.env.ASSETS.fetch(new URL("/docs/", c.req.url)));
}
