// The door of administrators' routes; behind `authenticated`.
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { canSystem, type SystemAction } from "../../auth/policy.ts";
import { refused } from "../respond.ts";
import { authenticated, type Known } from "./authenticated.ts";

/** Who is no administrator is told so before anything is looked up: the answer says nothing of what there is. */
const administrator = (action: SystemAction) =>
  createMiddleware<Known>(async (c, next) => {
    if (!canSystem(c.get("principal"), action).allow)
      return refused(c, { code: "forbidden", message: WORDS[action] ?? "Only administrators may do this." });
    return next();
  });

const WORDS: Partial<Record<SystemAction, string>> = {
  "directory.keep": "Only administrators and hospitals may do this.",
};

/** Put it into a route's `middleware`; its handler then has `c.get("principal")`. */
export const administering = (action: SystemAction): [typeof authenticated, MiddlewareHandler<Known>] => [
  authenticated,
  administrator(action),
];
