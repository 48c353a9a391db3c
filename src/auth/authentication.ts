// From a request to a principal: finds the token, verifies it, and asks whether its login still stands.
import type { Config } from "../env.ts";
import { again } from "../lib/again.ts";
import type { Clock } from "../lib/clock.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Person } from "../store/people.ts";
import type { KnownPerson } from "./logins.ts";
import { cookieCounts, originStanding } from "./origins.ts";
import { Outsiders } from "./outsiders.ts";
import { presentedToken } from "./presented.ts";
import type { Principal } from "./principal.ts";
import { Standing } from "./standing.ts";
import { type Ticket, verifyTicket } from "./tickets.ts";
import { type Access, createVerifier } from "./verify.ts";

/** What a socket's request proved; `ticket` must be spent by the object before the socket is accepted. */
export interface Admission {
  principal: Principal;
  ticket: Pick<Ticket, "jti" | "exp"> | null;
}

export interface Authentication {
  /** For HTTP routes: the header, or the cookie of an allowed origin. */
  ofRequest(request: Request, env: Env): Promise<Outcome<Principal>>;
  /**
   * For sockets and streams, of a conversation or (null) of the inbox: also `?ticket=` and `?token=`. Refuses origins not on
   * the list.
   */
  ofSocket(request: Request, conversationId: number | null, env: Env): Promise<Outcome<Admission>>;
  /** For a Socket.IO handshake of an allowed origin: who the token in its header, address or cookie is, if anybody. */
  ofHandshake(request: Request, env: Env): Promise<Principal | null>;
  /** For a token that came in a frame. */
  ofToken(token: string, env: Env): Promise<Outcome<Principal>>;
  /** Call after ending or changing a user's logins: this isolate asks again at once. */
  forget(userId: number): void;
}

export function createAuthentication(config: Config, clock: Clock): Authentication {
  const verify = createVerifier(config, clock);
  const standing = new Standing(clock);
  const outsiders = new Outsiders(clock);

  /** With the user's object, `role` and `name` are as they are now, not as the token has them. */
  async function current(principal: Principal, env: Env): Promise<Outcome<Principal>> {
    const { user_id, sid, iat } = principal;
    const identity = await standing.of(user_id, { sid, iat }, (login) =>
      again(async () => env.USER.getByName(String(user_id)).check(login)),
    );
    return identity.ok ? ok({ ...principal, name: identity.value.name, role: identity.value.role }) : identity;
  }

  async function outside(access: Extract<Access, { kind: "outside" }>, env: Env): Promise<Outcome<Principal>> {
    const { iat, exp, role } = access;
    const as = (user_id: number): Principal => ({ user_id, name: "", role: "member", sid: null, iat, exp });
    const vouched = (found: Outcome<Principal>) => (found.ok && role ? ok({ ...found.value, role }) : found);
    const id = outsiders.idOf(access);
    if (id !== null) {
      const known = await current(as(id), env);
      if (known.ok || (await env.USER.getByName(String(id)).profile())) return vouched(known);
    }
    const person = await outsiders.admit(access, env.DB);
    await env.USER.getByName(String(person.id)).enrol(forKeeper(person));
    return vouched(await current(as(person.id), env));
  }

  const ofToken: Authentication["ofToken"] = async (token, env) => {
    const access = await verify(token);
    if (!access.ok) return access;
    if (access.value.kind === "outside") return outside(access.value, env);
    const { kind: _, ...principal } = access.value;
    return current(principal, env);
  };

  return {
    ofToken,
    forget: (userId) => standing.forget(userId),

    async ofRequest(request, env) {
      const presented = presentedToken(request, { address: false });
      if (!presented) return refuse("unauthorized", "Log in first.");
      // A page elsewhere could have made the browser send the cookie (security.md §4).
      if (presented.by === "cookie" && !cookieCounts(request, config)) return refuse("unauthorized", "Log in first.");
      return ofToken(presented.token, env);
    },

    async ofHandshake(request, env) {
      const presented = presentedToken(request, { address: true });
      const listed = originStanding(request.headers.get("origin"), config) === "listed";
      if (!presented || presented.by === "ticket" || (presented.by === "cookie" && !listed)) return null;
      const principal = await ofToken(presented.token, env);
      return principal.ok ? principal.value : null;
    },

    async ofSocket(request, conversationId, env) {
      const origin = request.headers.get("origin");
      const from = originStanding(origin, config);
      if (from === "refused") return refuse("forbidden", "This origin is not allowed.");
      const presented = presentedToken(request, { address: true });
      if (!presented || (presented.by === "cookie" && from !== "listed"))
        return refuse("unauthorized", "Log in first.");
      if (presented.by !== "ticket") {
        const principal = await ofToken(presented.token, env);
        return principal.ok ? ok({ principal: principal.value, ticket: null }) : principal;
      }
      const ticket = await verifyTicket(presented.token, origin, config, clock);
      if (!ticket.ok) return ticket;
      if (ticket.value.conversation_id !== conversationId) return refuse("unauthorized", "The ticket is not valid.");
      const principal = await current(ticket.value.principal, env);
      return principal.ok ? ok({ principal: principal.value, ticket: ticket.value }) : principal;
    },
  };
}

/** A row of D1 as the user's object keeps it. */
export const forKeeper = ({ id, username, name, email, role, disabled_at }: Person): KnownPerson => ({
  user_id: id,
  username,
  name,
  email,
  role,
  disabled: disabled_at !== null,
});
