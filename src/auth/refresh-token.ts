// Refresh tokens: `{user id}.{256 random bits}`, kept only as SHA-256. The id finds the user's object.
import { createHash, createHmac, randomBytes } from "node:crypto";

export const newRefreshToken = (userId: number): string => `${userId}.${randomBytes(32).toString("base64url")}`;

export const newRefreshKey = (): string => randomBytes(32).toString("base64url");

/** The same spent token and request give the same successor, so that a lost answer can be given again unstored. */
export const successorOf = (token: string, requestId: string, userId: number, key: string): string =>
  `${userId}.${createHmac("sha256", key).update(`${token}\n${requestId}`).digest("base64url")}`;

export const refreshHash = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** Whose token it claims to be; null when it has no such form. */
export function refreshTokenUser(token: string): number | null {
  const match = /^([1-9]\d{0,14})\.[\w-]{43}$/.exec(token);
  return match ? Number(match[1]) : null;
}
