// The door for Socket.IO clients: finds the shard that holds the session, says who the client is, and passes the request on.
// It wakes no object for what is wrong.
import { originStanding } from "../../auth/origins.ts";
import { engineRefusal, readEngineRequest } from "../../gateway/engine-request.ts";
import { type AppContext, routes } from "../context.ts";
import { atShard, callerOf, openAtShard } from "../shard.ts";

async function pass(c: AppContext): Promise<Response> {
  const request = c.req.raw;
  const query = new URL(request.url).searchParams;
  if (originStanding(request.headers.get("origin"), c.get("config")) === "refused") return engineRefusal("forbidden");
  const upgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  const asked = readEngineRequest(query, request.method, upgrade);
  if (asked.ask === "refused") return engineRefusal(asked.error);
  if (asked.ask !== "open") return atShard(c, asked.shard, query);
  return openAtShard(c, query, { caller: await callerOf(c, { recovers: recovers(query), plain: false }) });
}

/**
 * JavaScript clients write `EIO` before `transport`; python-engineio after it, and python-socketio hands the offset to
 * handlers as one more argument: only the first are given offsets (gateway.md, "Recovery").
 */
function recovers(query: URLSearchParams): boolean {
  const names = [...query.keys()];
  return names.indexOf("EIO") < names.indexOf("transport") && query.get("recovery") !== "0";
}

export const socketIo = routes().all("/socket.io", pass).all("/socket.io/", pass);
