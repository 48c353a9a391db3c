// The file rooms' way to send files: one multipart request, which is one message.
import { createHash } from "node:crypto";
import type * as z from "zod";
import type { Config } from "../../env.ts";
import { boundaryOf, type Part, readMultipart } from "../../files/multipart.ts";
import { contentTypeOf, safeName } from "../../files/naming.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { faultOf } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { UploadAnswer, UploadFields, UploadForm } from "../../protocol/rest.ts";
import { routes } from "../context.ts";
import { type ConversationApi, conversationOf } from "../conversation.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { ADA, AT } from "../openapi/samples.ts";
import { json, refused, refuses, signedIn } from "../respond.ts";

const MEGABYTE = 1024 * 1024;

export const uploads = routes();

// Only described here: the body is read piece by piece, not by the router.
uploads.openAPIRegistry.registerPath({
  method: "post",
  path: "/api/upload_file",
  operationId: "uploadFiles",
  summary: "Send files as one message",
  description: [
    `At most ${LIMITS.filesPerMessage} files of 16 MB each (\`UPLOAD_MAX_MB\`), 64 MB in all. Everybody in the conversation`,
    "is told; nobody is asked for an answer. With the header `Idempotency-Key` it may be repeated.",
  ].join(" "),
  tags: ["files"],
  security: signedIn,
  request: {
    body: {
      required: true,
      content: { "multipart/form-data": { schema: UploadForm, example: { files: ["…"], conversation_id: 42 } } },
    },
  },
  responses: {
    201: json(UploadAnswer, "The message", {
      ...{ success: true, message_id: 3, conversation_id: 42, role: "user", sender: ADA.name, content: "The garden" },
      files: [
        {
          ...{ id: 7, filename: "garden.png", file_type: "png", content_type: "image/png", size: 48_211 },
          url: "https://edgewise.example/api/v1/files/7?expires=1785661200&signature=Zm9v",
        },
      ],
      ...{ timestamp: AT, created_at: AT, uploaded_at: AT },
    }),
  },
  ...refuses("not_found", "forbidden", "conflict", "quota_exceeded"),
});

uploads.post("/api/upload_file", authenticated, async (c) => {
  const principal = c.get("principal");
  const form = await readForm(c, principal.user_id);
  if (!form.ok) return refused(c, form.error);
  const { fields, files } = form.value;
  const conversation = conversationOf(c.env, fields.conversation_id);
  const described = files.map(({ filename, bytes }) => {
    const name = safeName(filename ?? "");
    return { filename: name, content_type: contentTypeOf(name, bytes), size: bytes.byteLength };
  });
  const shelved = await conversation.shelve(principal, described, new URL(c.req.url).origin);
  if (!shelved.ok) return refused(c, shelved.error);
  for (const [index, { key }] of shelved.value.entries()) {
    const bytes = files[index]?.bytes ?? new Uint8Array();
    await c.env.FILES.put(key, bytes, { sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  const client_id = c.req.header("idempotency-key")?.slice(0, LIMITS.clientId) || crypto.randomUUID();
  const file_ids = shelved.value.map(({ id }) => id);
  const sent = await conversation.send(principal, { client_id, content: fields.message, file_ids, answer: false });
  if (!sent.ok) return refused(c, sent.error);
  const answer = await answerOf(conversation, principal, fields.conversation_id, sent.value.message_id);
  return answer.ok ? c.json(answer.value, 201) : refused(c, answer.error);
});

interface Form {
  fields: z.infer<typeof UploadFields>;
  files: Part[];
}

/** What of a handler's context it reads: some handlers know who asks, and some do not. */
interface Uploading {
  req: { raw: Request };
  get(name: "config"): Config;
}

async function readForm(c: Uploading, userId: number): Promise<Outcome<Form>> {
  const { body, headers } = c.req.raw;
  const boundary = boundaryOf(headers.get("content-type"));
  if (!boundary || !body)
    return refuse("unsupported", "Send the files as multipart/form-data.", { field: "content-type" });
  if (!headers.has("content-length"))
    return refuse("invalid", "Say by Content-Length how long the body is.", { field: "content-length" });
  const limits = {
    file: c.get("config").UPLOAD_MAX_MB * MEGABYTE,
    body: LIMITS.uploadBytes,
    files: LIMITS.filesPerMessage,
    field: LIMITS.messageBytes,
  };
  const parts = await readMultipart(body, boundary, limits);
  if (!parts.ok) return parts;
  const files = parts.value.filter((part) => part.name === "files" && part.filename !== null && !isNoChoice(part));
  const decoder = new TextDecoder();
  const texts = parts.value.flatMap(({ name, filename, bytes }): [string, string][] =>
    filename === null ? [[name, decoder.decode(bytes)]] : [],
  );
  if (texts.some(([name, value]) => name === "user_id" && value !== String(userId)))
    return refuse("forbidden", "user_id is not yours", { field: "user_id" });
  const fields = UploadFields.safeParse(Object.fromEntries(texts));
  if (!fields.success) {
    const { code, own, path, reason } = faultOf(fields.error);
    const [field = ""] = path;
    const given = texts.some(([name]) => name === field);
    return refuse(code, `${field} ${own ? reason : given ? "is not valid" : "is required"}`, { field });
  }
  if (files.length === 0) return refuse("invalid", "files is required", { field: "files" });
  return ok({ fields: fields.data, files });
}

/** A browser sends a field without a chosen file as an empty one without a name. */
const isNoChoice = ({ filename, bytes }: Part): boolean => filename === "" && bytes.byteLength === 0;

/** The message as it is stored: also of an upload that was repeated. */
async function answerOf(
  conversation: Pick<ConversationApi, "outcome">,
  principal: Parameters<ConversationApi["outcome"]>[0],
  conversation_id: number,
  message_id: number,
): Promise<Outcome<z.infer<typeof UploadAnswer>>> {
  const stored = await conversation.outcome(principal, message_id, null, false);
  if (!stored.ok) return stored;
  const { role, author, content, files, created_at } = stored.value.message;
  const at = { timestamp: created_at, created_at, uploaded_at: created_at };
  return ok({ success: true, message_id, conversation_id, role, sender: author?.name ?? "", content, files, ...at });
}
