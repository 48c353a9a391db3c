// Where a request may carry its token, and in which order: the first one present decides, a bad one never falls back.
import { parse } from "hono/utils/cookie";

export type Presented = { by: "authorization" | "ticket" | "query" | "cookie"; token: string };

export const ACCESS_COOKIE = "access_token";

/** `address`: tokens in the query count here (sockets, which cannot send headers from a browser). */
export function presentedToken(request: Request, where: { address: boolean }): Presented | null {
  const header = request.headers.get("authorization");
  if (header !== null) return { by: "authorization", token: /^Bearer +(\S+)$/i.exec(header)?.[1] ?? "" };
  if (where.address) {
    const query = new URL(request.url).searchParams;
    const ticket = query.get("ticket");
    if (ticket !== null) return { by: "ticket", token: ticket };
    const token = query.get("token");
    if (token !== null) return { by: "query", token };
  }
  const cookie = parse(request.headers.get("cookie") ?? "", ACCESS_COOKIE)[ACCESS_COOKIE];
  return cookie === undefined ? null : { by: "cookie", token: cookie };
}
