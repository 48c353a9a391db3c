// Names: which gateway object holds a session is written in its ids, so that any worker anywhere finds it without a look-up.
import * as z from "zod";

/** Gateway objects of a region. */
export const SHARDS = 4;

/** `<shard>.<20 random url-safe characters>`: of an engine session, and of a recoverable socket (`pid`). */
const ShardedId = z.string().regex(/^g(0|[1-9]\d?)\.[A-Za-z0-9_-]{20}$/);

/** The shard named in an id; null when the id was never given by us. */
export function shardOf(id: string): string | null {
  if (!ShardedId.safeParse(id).success) return null;
  const shard = id.slice(0, id.indexOf("."));
  return Number(shard.slice(1)) < SHARDS ? shard : null;
}

export const newId = (shard: string): string => `${shard}.${random(15)}`;

/** A socket's id is told to other clients' code: it names no shard and opens nothing. */
export const newSocketId = (): string => random(15);

export const anyShard = (): string => `g${(crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % SHARDS}`;

const random = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url");
