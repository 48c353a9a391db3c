// What answers when no route does: 405 with the methods that exist, 404 in the envelope, or the page.
import { TrieRouter } from "hono/router/trie-router";
import type { AppContext } from "./context.ts";
import { refused } from "./respond.ts";

const SERVER_PATHS = /^\/(api|parties|socket\.io|healthz|readyz|protocol\.json)(\/|$)/;

/** `routes` are the registered handlers; those for ALL methods are middleware. */
export function unmatched(routes: readonly { method: string; path: string }[]) {
  const known = new TrieRouter<true>();
  const methods = [...new Set(routes.map((route) => route.method))].filter((method) => method !== "ALL");
  for (const route of routes) if (route.method !== "ALL") known.add(route.method, route.path, true);

  return async (c: AppContext): Promise<Response> => {
    const path = c.req.path;
    const allowed = methods.filter((method) => known.match(method, path)[0].length > 0);
    if (allowed.length > 0) {
      c.header("Allow", allowed.join(", "));
      return c.json({ error: { code: "invalid", message: `Use ${allowed.join(" or ")} here.`, field: "method" } }, 405);
    }
    if (SERVER_PATHS.test(path)) return refused(c, { code: "not_found", message: "There is nothing here." });
    return c.env.ASSETS.fetch(new Request(c.req.url, { method: c.req.method, headers: pageHeaders(c.req.raw) }));
  };
}

/** Only what a static file's answer may depend on. */
function pageHeaders(request: Request): Headers {
  const headers = new Headers();
  for (const name of ["accept", "accept-encoding", "if-none-match", "if-modified-since", "range"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
