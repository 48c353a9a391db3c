// From a request to a principal: finds the token, verifies it, and asks whether its login still stands.
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { originStanding } from "./origins.ts";
import { type Presented, presentedToken } from "./presented.ts";
import type { Principal } from "./principal.ts";
import { createVerifier } from "./verify.ts";

export interface Authentication {
  /** For HTTP routes: the header, or the cookie of an allowed origin. */
  ofRequest(request: Request, env: Env): Promise<Outcome<Principal>>;
  /** For a token that came in a frame. */
  ofToken(token: string, env: Env): Promise<Outcome<Principal>>;
}

export function createAuthentication(config: Config, clock: Clock): Authentication {
  const verify = createVerifier(config, clock);

  const ofToken: Authentication["ofToken"] = async (token, _env) => {
    const access = await verify(token);
    if (!access.ok) return access;
    if (access.value.kind === "outside") return refuse("unauthorized", "The token is not valid.");
    const { user_id, name, role, sid, exp, iat } = access.value;
    return ok({ user_id, name, role, sid, exp, iat });
  };

  return {
    ofToken,
    async ofRequest(request, env) {
      const presented = presentedToken(request, { address: false });
      if (!presented || !counts(presented, request, config)) return refuse("unauthorized", "Log in first.");
      return ofToken(presented.token, env);
    },
  };
}

/** A cookie counts only for an origin on the list (security.md §4): a page elsewhere could have sent it. */
const counts = (presented: Presented, request: Request, config: Config): boolean =>
  presented.by !== "cookie" || originStanding(request.headers.get("origin"), config) === "listed";
