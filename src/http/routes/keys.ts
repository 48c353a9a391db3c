// The keys of services, made and taken back by administrators.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { ApiKey, KeyCreate, KeyCreated } from "../../protocol/admin.ts";
import { numeral } from "../../protocol/json.ts";
import { PageQuery, page } from "../../protocol/rest.ts";
import { listKeys, removeKey } from "../../store/api-keys.ts";
import { routes } from "../context.ts";
import { PathId } from "../conversation.ts";
import { administering } from "../middleware/administering.ts";
import { KEY } from "../openapi/samples.ts";
import { failure, json, refused, refuses, signedIn, takes } from "../respond.ts";

const base = { tags: ["administration"], security: signedIn, middleware: administering("keys.manage") };
const path = "/api/v1/keys";
const SECRET = "ek_9zX0q3n0cJ1tq5yH2bq8mV7rK4sL6wE1uT3oP5aD7fG";

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listKeys",
  summary: "The keys of services",
  request: { query: PageQuery.extend({ cursor: numeral(z.int().positive()).optional() }) },
  responses: {
    200: json(page(ApiKey), "Keys, newest first; never the secrets", { items: [KEY], next_cursor: null }),
    default: failure,
  },
  ...refuses("forbidden"),
});

const create = createRoute({
  ...base,
  method: "post",
  path,
  operationId: "createKey",
  summary: "Make a key for a service",
  request: takes(KeyCreate, { name: KEY.name, scopes: KEY.scopes }),
  responses: { 201: json(KeyCreated, "The key, told this once", { ...KEY, key: SECRET }), default: failure },
  ...refuses("forbidden"),
});

const remove = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{id}`,
  operationId: "removeKey",
  summary: "Take a key back",
  request: { params: z.object({ id: PathId }) },
  responses: { 204: { description: "Refused everywhere within five seconds" }, default: failure },
});

export const keys = routes()
  .openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    return c.json(await listKeys(c.env.DB, cursor ?? null, limit), 200);
  })
  .openapi(create, async (c) => {
    const key = await c.get("services").issue(c.req.valid("json"), c.get("principal"), c.env.DB);
    return c.json(key, 201);
  })
  .openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    if (!(await removeKey(c.env.DB, id)))
      return refused(c, { code: "not_found", message: "There is no such key.", field: "id" });
    c.get("services").forget(id);
    return c.body(null, 204);
  });
