// What every handler finds in its context, and the one way in which route files are made.
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Accounts } from "../auth/accounts.ts";
import type { Administration } from "../auth/administration.ts";
import type { Authentication } from "../auth/authentication.ts";
import type { Principal } from "../auth/principal.ts";
import type { Services } from "../auth/services.ts";
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Rates } from "../lib/rates.ts";
import type { Catalogue } from "../models/catalogue.ts";
import type { Role } from "../protocol/entities.ts";
import { explain } from "../protocol/json.ts";
import type { ReadinessProbe } from "./readiness.ts";
import type { Reporter } from "./reporter.ts";
import { refused } from "./respond.ts";

export interface AppEnv {
  Bindings: Env;
  Variables: {
    config: Config;
    clock: Clock;
    /** Adds `request_id` to every line. */
    log: Log;
    requestId: string;
    auth: Authentication;
    /** Requests, searches and joins by user, refused attempts by address. */
    requests: Rates;
    searches: Rates;
    refusals: Rates;
    joins: Rates;
    models: Catalogue;
    accounts: Accounts;
    administration: Administration;
    services: Services;
    readiness: ReadinessProbe;
    reporter: Reporter;
    /** How long this takes is not ours to answer for: it waits for a model. */
    untimed: boolean | undefined;
    /** What the audit log cannot see for itself: who became known, which user name was tried, what was changed to what. */
    audited: { actor?: { user_id: number; role: Role; sid?: string }; who?: string; detail?: string } | undefined;
    /** Set by `authenticated`. */
    principal: Principal | undefined;
  };
}

export type AppContext = Context<AppEnv>;

/** An empty set of routes: add with `.openapi(createRoute(…), handler)`, mount in `app.ts`. */
export const routes = () =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => (result.success ? undefined : refused(c, explain(result.error))),
  });
