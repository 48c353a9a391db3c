// The door for Socket.IO clients: finds the shard that holds the session, says who the client is, and passes the request on.
// It wakes no object for what is wrong, and reads no body. The inner request is built from scratch (security.md §6).
import type { Context } from "hono";
import { originStanding } from "../../auth/origins.ts";
import { engineRefusal, readEngineRequest } from "../../gateway/engine-request.ts";
import { anyShard } from "../../gateway/shards.ts";
import { addressOf } from "../address.ts";
import { type AppEnv, routes } from "../context.ts";

/** A handshake that finds its shard full tries others. */
const TRIES = 3;

async function pass(c: Context<AppEnv>): Promise<Response> {
  const request = c.req.raw;
  const query = new URL(request.url).searchParams;
  if (originStanding(request.headers.get("origin"), c.get("config")) === "refused") return engineRefusal("forbidden");
  const upgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  const asked = readEngineRequest(query, request.method, upgrade);
  if (asked.ask === "refused") return engineRefusal(asked.error);
  if (asked.ask !== "open") return inner(c, asked.shard, {});
  const caller = {
    fallback: await c.get("auth").ofHandshake(request, c.env),
    recovers: recovers(query),
    address: await digest(addressOf(request)),
  };
  const headers = { "x-edgewise-caller": JSON.stringify({ caller }) };
  for (let tries = 1; ; tries++) {
    const answer = await inner(c, anyShard(), headers);
    if (answer.status !== 503 || tries === TRIES) return answer;
  }
}

function inner(c: Context<AppEnv>, shard: string, headers: Record<string, string>): Promise<Response> {
  const { method, headers: outer, body, signal } = c.req.raw;
  const passed = new Headers(headers);
  for (const name of ["upgrade", "content-type", "content-length"]) {
    const value = outer.get(name);
    if (value !== null) passed.set(name, value);
  }
  const query = new URLSearchParams();
  for (const name of ["EIO", "transport", "sid"]) {
    const value = c.req.query(name);
    if (value !== undefined) query.set(name, value);
  }
  return c.env.GATEWAY.getByName(shard).fetch(`https://gateway/?${query}`, { method, headers: passed, body, signal });
}

/**
 * JavaScript clients write `EIO` before `transport`; python-engineio after it, and python-socketio hands the offset to
 * handlers as one more argument: only the first are given offsets (gateway.md, "Recovery").
 */
function recovers(query: URLSearchParams): boolean {
  const names = [...query.keys()];
  return names.indexOf("EIO") < names.indexOf("transport") && query.get("recovery") !== "0";
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(hash).toString("base64url").slice(0, 16);
}

export const socketIo = routes().all("/socket.io", pass).all("/socket.io/", pass);
