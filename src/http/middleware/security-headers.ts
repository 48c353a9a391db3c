// The headers of security.md §6 on every answer; pages also get the content policy.
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (c.res.status === 101) return;
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  c.header("X-Frame-Options", "DENY");
  if (c.get("config").ENVIRONMENT === "production")
    c.header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  if (isPage(c.res)) c.header("Content-Security-Policy", contentPolicy(new URL(c.req.url)));
  else if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});

const isPage = (response: Response): boolean => (response.headers.get("content-type") ?? "").startsWith("text/html");

function contentPolicy(url: URL): string {
  const socket = `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src 'self' ${socket}`,
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
