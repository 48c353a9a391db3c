// The keys of services, made and taken back by administrators.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { ApiKey, KeyCreate, KeyCreated } from "../../protocol/admin.ts";
import { PageQuery, page } from "../../protocol/rest.ts";
import { listKeys, removeKey } from "../../store/api-keys.ts";
import { routes } from "../context.ts";
import { PathId } from "../conversation.ts";
import { administering } from "../middleware/administering.ts";
import { bearer, failure, json, refused, takes } from "../respond.ts";

const base = { tags: ["administration"], security: bearer, middleware: administering("keys.manage") };
const path = "/api/v1/keys";

const list = createRoute({
  ...base,
  method: "get",
  path,
  request: { query: PageQuery.extend({ cursor: z.coerce.number().int().positive().optional() }) },
  responses: { 200: json(page(ApiKey), "Keys, newest first; never the secrets"), default: failure },
});

const create = createRoute({
  ...base,
  method: "post",
  path,
  request: takes(KeyCreate),
  responses: { 201: json(KeyCreated, "The key, told this once"), default: failure },
});

const remove = createRoute({
  ...base,
  method: "delete",
  path: `${path}/{id}`,
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
