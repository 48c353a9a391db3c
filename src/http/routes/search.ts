// Full-text search over the caller's own conversations.
import { createRoute } from "@hono/zod-openapi";
import { page, SearchHit, SearchQuery } from "../../protocol/rest.ts";
import { SearchCursor, searchMessages } from "../../store/search.ts";
import { routes } from "../context.ts";
import { authenticated } from "../middleware/authenticated.ts";
import { HIT } from "../openapi/samples.ts";
import { failure, json, refused, signedIn } from "../respond.ts";

const search = createRoute({
  method: "get",
  path: "/api/v1/search",
  operationId: "searchMessages",
  summary: "Find messages by their words",
  description: [
    "Of conversations in which the caller is a member. All words must be there, the last one may be a beginning: messages",
    "that have them as written come first, then those that have other forms of them or words that begin alike, each newest",
    "first. Works for every script, also those written without spaces. A message is found within two seconds after it was",
    "sent. `snippet` is HTML: text escaped, in `<mark>` what is the same.",
  ].join(" "),
  tags: ["search"],
  security: signedIn,
  middleware: authenticated,
  request: { query: SearchQuery.extend({ cursor: SearchCursor.optional() }) },
  responses: {
    200: json(page(SearchHit), "Messages that have all the words", { items: [HIT], next_cursor: null }),
    default: failure,
  },
});

export const searches = routes().openapi(search, async (c) => {
  const { user_id } = c.get("principal");
  const wait = c.get("config").MESSAGES_PER_MINUTE > 0 ? c.get("searches").take(user_id) : 0;
  if (wait > 0)
    return refused(c, { code: "rate_limited", message: "You are searching too often.", retry_after_ms: wait });
  return c.json(await searchMessages(c.env.DB, user_id, c.req.valid("query")), 200);
});
