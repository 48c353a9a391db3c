// What an HTTP request to /socket.io/ asks of the engine: pure, the same in the worker (which wakes no object for what is
// wrong) and in the object. The checks come in the order of the reference server: transport, sid, method, upgrade, EIO.
import { shardOf } from "./shards.ts";

export const TRANSPORTS = ["polling", "websocket"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Code → HTTP status and message of a refusal; clients read the JSON `{code, message}`. */
export const ENGINE_ERRORS = {
  transport: { code: 0, message: "Transport unknown", status: 400 },
  session: { code: 1, message: "Session ID unknown", status: 400 },
  method: { code: 2, message: "Bad handshake method", status: 400 },
  request: { code: 3, message: "Bad request", status: 400 },
  forbidden: { code: 4, message: "Forbidden", status: 403 },
  version: { code: 5, message: "Unsupported protocol version", status: 400 },
} as const;
export type EngineError = keyof typeof ENGINE_ERRORS;

export type EngineRequest =
  | { ask: "open"; transport: Transport }
  | { ask: "poll" | "post" | "websocket"; sid: string; shard: string }
  | { ask: "refused"; error: EngineError };

export function readEngineRequest(query: URLSearchParams, method: string, upgrade: boolean): EngineRequest {
  const transport = TRANSPORTS.find((known) => known === query.get("transport"));
  if (!transport) return refused("transport");
  const sid = query.get("sid");
  if (sid === null) {
    if (method !== "GET") return refused("method");
    if ((transport === "websocket") !== upgrade) return refused("request");
    return query.get("EIO") === "4" ? { ask: "open", transport } : refused("version");
  }
  const shard = shardOf(sid);
  if (!shard) return refused("session");
  if (transport === "websocket") return upgrade ? { ask: "websocket", sid, shard } : refused("request");
  if (upgrade) return refused("request");
  if (method === "GET") return { ask: "poll", sid, shard };
  return method === "POST" ? { ask: "post", sid, shard } : refused("request");
}

const refused = (error: EngineError): EngineRequest => ({ ask: "refused", error });

export function engineRefusal(error: EngineError): Response {
  const { code, message, status } = ENGINE_ERRORS[error];
  return Response.json({ code, message }, { status });
}
