// The native protocol as data: its frames as JSON Schema, generated from the schemas that the server itself parses with,
// and the codes and limits that a client must know.
import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { ClientFrame } from "../../protocol/commands.ts";
import { CLOSE, CLOSE_MEANING, ERROR_CODES, ERROR_MEANING, ERROR_STATUS, FINAL_CLOSES } from "../../protocol/errors.ts";
import { Replies, ServerFrame, Welcome } from "../../protocol/frames.ts";
import { InboxFrame } from "../../protocol/inbox.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { routes } from "../context.ts";
import { jsonSchema } from "../json-schema.ts";
import { json } from "../respond.ts";

const Schema = z.record(z.string(), z.unknown()).describe("JSON Schema 2020-12");
const NativeProtocol = z
  .object({
    version: z.int().describe("The `v` of `welcome`; raised when an old client would misunderstand"),
    client: Schema.describe("A frame that a client sends"),
    server: Schema.describe("A frame that the server sends"),
    inbox: Schema.describe("A frame that the server sends on the socket of an inbox"),
    replies: z.record(z.string(), Schema).describe("What a `reply` carries besides `ref` and `ok`, by command"),
    errors: z.record(z.string(), z.object({ status: z.int().describe("Over HTTP"), meaning: z.string() })),
    closes: z.record(
      z.string().describe("WebSocket close code"),
      z.object({
        name: z.string(),
        meaning: z.string(),
        final: z.boolean().describe("A client does not come back by itself; 4401: only with a new token"),
      }),
    ),
    limits: z.record(z.string(), z.unknown()).describe("Lengths in UTF-16 units or as the name says, times in ms"),
  })
  .meta({ id: "NativeProtocol", description: "Everything a client of the socket must know, as data" });

const read = createRoute({
  method: "get",
  path: "/protocol.json",
  operationId: "readProtocol",
  summary: "The socket's frames as JSON Schema, with codes and limits",
  tags: ["sockets"],
  responses: {
    200: json(NativeProtocol, "The native protocol, version 1", {
      version: 1,
      client: { anyOf: ["…"] },
      server: { anyOf: ["…"] },
      inbox: { oneOf: ["…"] },
      replies: {
        "turn.retry": { type: "object", properties: { turn_id: { type: "integer" } }, required: ["turn_id"] },
      },
      errors: { busy: { status: ERROR_STATUS.busy, meaning: ERROR_MEANING.busy } },
      closes: { [CLOSE.idle]: { name: "idle", meaning: CLOSE_MEANING[CLOSE.idle], final: false } },
      limits: { messageBytes: LIMITS.messageBytes },
    }),
  },
});

const describe = (): z.infer<typeof NativeProtocol> => ({
  version: Welcome.shape.v.value,
  client: jsonSchema(ClientFrame),
  server: jsonSchema(ServerFrame),
  inbox: jsonSchema(InboxFrame),
  replies: Object.fromEntries(Object.entries(Replies).map(([type, reply]) => [type, jsonSchema(reply)])),
  errors: Object.fromEntries(
    ERROR_CODES.map((code) => [code, { status: ERROR_STATUS[code], meaning: ERROR_MEANING[code] }]),
  ),
  closes: Object.fromEntries(
    Object.entries(CLOSE).map(([name, code]) => [
      code,
      { name, meaning: CLOSE_MEANING[code], final: FINAL_CLOSES.has(code) },
    ]),
  ),
  limits: LIMITS,
});

/** Made when first asked for: not worth the start of every isolate. */
let made: ReturnType<typeof describe> | undefined;

export const protocol = routes().openapi(read, (c) => {
  made ??= describe();
  return c.json(made, 200);
});
