// Files: their bytes for whoever may read their conversation or has a link, and the links.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import type { OpenedFile } from "../../conversation/filing.ts";
import type { LinkProof } from "../../files/links.ts";
import { isShownInline } from "../../files/naming.ts";
import { type Outcome, refuse } from "../../protocol/errors.ts";
import { numeral } from "../../protocol/json.ts";
import { FileLink } from "../../protocol/rest.ts";
import { conversationOfFile } from "../../store/files.ts";
import { refusedAttempt } from "../address.ts";
import { type AppContext, routes } from "../context.ts";
import { conversationOf, PathId } from "../conversation.ts";
import { disposition } from "../disposition.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { rangeOf } from "../range.ts";
import { failure, json, refused, signedIn } from "../respond.ts";

const FilePath = z.object({ id: PathId });
const Proof = z.object({
  expires: numeral(z.int().positive()).describe("Of a link: epoch seconds"),
  signature: z.string().min(1).max(100).describe("Of a link"),
});
const NO_FILE = refuse("not_found", "There is no such file.");

const link = createRoute({
  method: "post",
  path: "/api/v1/files/{id}/link",
  operationId: "linkFile",
  summary: "A link that opens the file for a day without a log-in",
  description: "It ends at once for everybody when somebody is removed from the conversation.",
  tags: ["files"],
  security: signedIn,
  middleware: authenticated,
  request: { params: FilePath },
  responses: {
    200: json(FileLink, "The link", {
      url: "https://edgewise.example/api/v1/files/7?expires=1785661200&signature=Zm9v",
    }),
    default: failure,
  },
});

export const files = routes().openapi(link, async (c) => {
  const { id } = c.req.valid("param");
  const conversation = await conversationOfFile(c.env.DB, id);
  if (conversation === null) return refused(c, NO_FILE.error);
  const made = await conversationOf(c.env, conversation).linkFile(c.get("principal"), id);
  return made.ok ? c.json(made.value, 200) : refused(c, made.error);
});

const bytes = { "application/octet-stream": { schema: z.string(), example: "…" } };

// Only described here: it answers with bytes, and takes a log-in or a link.
files.openAPIRegistry.registerPath({
  method: "get",
  path: "/api/v1/files/{id}",
  operationId: "readFile",
  summary: "A file's bytes",
  description:
    "With a log-in, or by a link. Pictures are shown, everything else is saved. One range of bytes may be asked for.",
  tags: ["files"],
  security: [...signedIn, {}],
  request: { params: FilePath, query: Proof.partial() },
  responses: {
    200: { description: "All of it, of its own content type", content: bytes },
    206: { description: "The range", content: bytes },
    304: { description: "It is what `If-None-Match` names" },
    416: { description: "The file is shorter than the range's beginning" },
  },
});

files.get("/api/v1/files/:id", async (c) => {
  const id = PathId.safeParse(c.req.param("id"));
  const proof = Proof.safeParse(c.req.query());
  if (!proof.success) {
    const principal = await c.get("auth").ofRequest(c.req.raw, c.env);
    if (!principal.ok) return refused(c, principal.error);
    const found = id.success ? await find(c, id.data, principal.value) : NO_FILE;
    return found.ok ? send(c, found.value) : refused(c, found.error);
  }
  const found = id.success ? await find(c, id.data, proof.data) : NO_FILE;
  return found.ok ? send(c, found.value) : refusedAttempt(c, found.error);
});

type Opening = Parameters<ReturnType<typeof conversationOf>["openFile"]>[0];

async function find(c: AppContext, id: number, by: Opening | LinkProof): Promise<Outcome<OpenedFile>> {
  const conversation = await conversationOfFile(c.env.DB, id);
  return conversation === null ? NO_FILE : conversationOf(c.env, conversation).openFile(by, id);
}

/** A file never changes: its number is its version. */
async function send(c: AppContext, { id, key, filename, content_type, size }: OpenedFile): Promise<Response> {
  const etag = `"f${id}"`;
  const headers = new Headers({
    ETag: etag,
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": disposition(isShownInline(content_type) ? "inline" : "attachment", filename),
    "Content-Type": content_type,
  });
  if (
    c.req
      .header("if-none-match")
      ?.split(/\s*,\s*/)
      .includes(etag)
  )
    return new Response(null, { status: 304, headers });
  const range = rangeOf(c.req.raw.headers, size, etag);
  if (range.of === "nothing") {
    headers.set("Content-Range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const { offset, length } = range.of === "part" ? range : { offset: 0, length: size };
  if (range.of === "part") headers.set("Content-Range", `bytes ${offset}-${offset + length - 1}/${size}`);
  headers.set("Content-Length", String(length));
  const object = await c.env.FILES.get(key, range.of === "part" ? { range: { offset, length } } : {});
  if (!object) return refused(c, NO_FILE.error);
  return new Response(object.body, { status: range.of === "part" ? 206 : 200, headers });
}
