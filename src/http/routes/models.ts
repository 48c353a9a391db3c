// Which models there are here.
import { createRoute } from "@hono/zod-openapi";
import { ModelInfo, page } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { bearer, failure, json } from "../respond.ts";

const list = createRoute({
  method: "get",
  path: "/api/v1/models",
  tags: ["models"],
  security: bearer,
  middleware: authenticated,
  responses: { 200: json(page(ModelInfo), "The catalogue"), default: failure },
});

export const models = routes().openapi(list, (c) => c.json({ items: c.get("models").list(), next_cursor: null }, 200));
