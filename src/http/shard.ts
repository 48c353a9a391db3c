// From a request to a shard of the gateway, which is told who the client is. The inner request is built from scratch
// (security.md §6); no body is read here.
import { presentedToken } from "../auth/presented.ts";
import type { Caller, WorkerWord } from "../gateway/notes.ts";
import { anyShard } from "../gateway/shards.ts";
import { addressOf } from "./address.ts";
import type { AppContext } from "./context.ts";

/** A handshake that finds its shard full tries others. */
const TRIES = 3;

/** Opens a session at a shard that has room. */
export async function openAtShard(c: AppContext, query: URLSearchParams, word: WorkerWord): Promise<Response> {
  const headers = { "x-edgewise-caller": JSON.stringify(word) };
  for (let tries = 1; ; tries++) {
    const answer = await atShard(c, anyShard(), query, headers);
    if (answer.status !== 503 || tries === TRIES) return answer;
  }
}

/** Passes the request on; of the query only what the engine asks for. */
export function atShard(
  c: AppContext,
  shard: string,
  query: URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { method, headers: outer, body, signal } = c.req.raw;
  const passed = new Headers(headers);
  for (const name of ["upgrade", "content-type", "content-length"]) {
    const value = outer.get(name);
    if (value !== null) passed.set(name, value);
  }
  const asked = new URLSearchParams();
  for (const name of ["EIO", "transport", "sid"]) {
    const value = query.get(name);
    if (value !== null) asked.set(name, value);
  }
  return c.env.GATEWAY.getByName(shard).fetch(`https://gateway/?${asked}`, { method, headers: passed, body, signal });
}

export async function callerOf(c: AppContext, what: Pick<Caller, "recovers" | "plain">): Promise<Caller> {
  const request = c.req.raw;
  return {
    ...what,
    fallback: await c.get("auth").ofHandshake(request, c.env),
    bears: presentedToken(request, { address: true }) !== null,
    address: await digest(addressOf(request)),
  };
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(hash).toString("base64url").slice(0, 16);
}
