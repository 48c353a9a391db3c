// Which pages may speak to us (security.md §6): scheme, host and port exact, or any localhost in development.
import type { Config } from "../env.ts";

/** `token`: a page opened from disk, in development: with a token only, never by cookie. */
export type OriginStanding = "absent" | "listed" | "token" | "refused";

const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/;

export function originStanding(origin: string | null | undefined, config: Config): OriginStanding {
  if (!origin) return "absent";
  if (origin !== "null" && config.ALLOWED_ORIGINS.includes(origin)) return "listed";
  if (config.ENVIRONMENT !== "development") return "refused";
  if (LOCAL.test(origin)) return "listed";
  return origin === "null" ? "token" : "refused";
}

/**
 * Whether a cookie may speak for its user. A page's own GET carries no Origin; there the browser says so itself
 * (Fetch Metadata §2.3: no script and no other page can set `Sec-Fetch-Site`).
 */
export function cookieCounts(request: Request, config: Config): boolean {
  const standing = originStanding(request.headers.get("origin"), config);
  const reads = request.method === "GET" || request.method === "HEAD";
  if (standing !== "absent") return standing === "listed";
  return reads && request.headers.get("sec-fetch-site") === "same-origin";
}
