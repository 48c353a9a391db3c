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
