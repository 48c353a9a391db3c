// Documents of a project: how far each is, as the service that processes them says (POST …/events).
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { numeral } from "../../protocol/json.ts";
import { DocumentStatus } from "../../protocol/projects.ts";
import { PageQuery, page } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { PathId } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { DOCUMENT } from "../openapi/samples.ts";
import { ProjectPath, projectOf } from "../project.ts";
import { failure, json, refused, signedIn } from "../respond.ts";

const base = { tags: ["projects"], security: signedIn, middleware: authenticated };
const path = "/api/v1/projects/{id}/documents";

const list = createRoute({
  ...base,
  method: "get",
  path,
  operationId: "listDocuments",
  summary: "How far the documents of a project are, newest first",
  request: { params: ProjectPath, query: PageQuery.extend({ cursor: numeral(z.int().positive()).optional() }) },
  responses: {
    200: json(page(DocumentStatus), "One page", { items: [DOCUMENT], next_cursor: null }),
    default: failure,
  },
});

const read = createRoute({
  ...base,
  method: "get",
  path: `${path}/{document_id}`,
  operationId: "readDocument",
  summary: "How far one document is",
  request: { params: ProjectPath.extend({ document_id: PathId }) },
  responses: { 200: json(DocumentStatus, "As it is now", DOCUMENT), default: failure },
});

export const documents = routes()
  .openapi(list, async (c) => {
    const { cursor = Number.MAX_SAFE_INTEGER, limit } = c.req.valid("query");
    const found = await projectOf(c.env, c.req.valid("param").id).documents(c.get("principal"), cursor, limit + 1);
    if (!found.ok) return refused(c, found.error);
    const items = found.value.slice(0, limit);
    const next_cursor = found.value.length > limit ? String(items.at(-1)?.document_id) : null;
    return c.json({ items, next_cursor }, 200);
  })
  .openapi(read, async (c) => {
    const { id, document_id } = c.req.valid("param");
    const found = await projectOf(c.env, id).document(c.get("principal"), document_id);
    return found.ok ? c.json(found.value, 200) : refused(c, found.error);
  });
