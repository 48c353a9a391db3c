// The door of an interview's native WebSocket (vocabularies.md 1): its address says what a Socket.IO client's first packet
// does. Who is refused is let in and closed with the reason, by whom the others are refused too (gateway/plain.ts).
import * as z from "zod";
import { originStanding } from "../../auth/origins.ts";
import { AsEntity } from "../../protocol/interviews.ts";
import { routes } from "../context.ts";
import { PathId } from "../conversation.ts";
import { anyhow, refused } from "../respond.ts";
import { callerOf, openAtShard } from "../shard.ts";
import { noUpgrade, withoutUpgrade } from "../upgrade.ts";

export const interviewSocket = routes();

interviewSocket.openAPIRegistry.registerPath({
  method: "get",
  path: "/api/v1/ai-assistant/ws/{session_id}",
  operationId: "openInterviewSocket",
  summary: "An interview's WebSocket",
  description:
    'Frames of JSON: `{"message"}` to the server; `{"type":"system"|"status"|"ai_response"|"error",…}` from it, and ' +
    '`{"message_id","token","offset"}` while an answer is written. Who is refused is closed with 1008 and the reason.',
  tags: ["sockets"],
  security: anyhow.filter((scheme) => !("ticket" in scheme)),
  request: {
    params: z.object({ session_id: PathId }),
    query: AsEntity,
    headers: z.object({ "user-entity-id": z.string().optional().describe("Where the query has none") }),
  },
  responses: { 101: { description: "Connected, or closed with the reason" }, 426: withoutUpgrade },
});

interviewSocket.get("/api/v1/ai-assistant/ws/:session_id", async (c) => {
  const plain = noUpgrade(c);
  if (plain) return plain;
  if (originStanding(c.req.header("origin"), c.get("config")) === "refused")
    return refused(c, { code: "forbidden", message: "This origin is not allowed." });
  const auth = {
    session_id: c.req.param("session_id"),
    user_entity_id: c.req.query("user_entity_id") || c.req.header("user-entity-id") || "",
  };
  const handshake = new URLSearchParams({ EIO: "4", transport: "websocket" });
  return openAtShard(c, handshake, { caller: await callerOf(c, { recovers: false, plain: true }), auth });
});
