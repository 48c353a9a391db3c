// Which models there are here.
import { createRoute } from "@hono/zod-openapi";
import { ModelInfo, page } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { MODEL } from "../openapi/samples.ts";
import { failure, json, signedIn } from "../respond.ts";

const list = createRoute({
  method: "get",
  path: "/api/v1/models",
  operationId: "listModels",
  summary: "Which models there are here",
  tags: ["models"],
  security: signedIn,
  middleware: authenticated,
  responses: {
    200: json(page(ModelInfo), "The catalogue", { items: [MODEL], next_cursor: null }),
    default: failure,
  },
});

export const models = routes().openapi(list, (c) => c.json({ items: c.get("models").list(), next_cursor: null }, 200));
