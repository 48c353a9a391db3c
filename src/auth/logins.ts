// The seam between the user's object, which holds logins, and everything that must know whether one still stands.
import type { Role } from "../protocol/entities.ts";
import type { Outcome } from "../protocol/errors.ts";

/** Where a user is connected; the user's object pushes revocations there. */
export interface Place {
  kind: "conversation" | "gateway";
  name: string;
}

/** What a token says of its login: its session, or only its issue time when it comes from outside. */
export interface Login {
  sid: string | null;
  /** Epoch seconds. */
  iat: number;
}

export interface Identity {
  user_id: number;
  username: string;
  name: string;
  role: Role;
}

/** What the user's object answers by RPC. A refusal is always `unauthorized`. */
export interface LoginKeeper {
  /** Does this login still stand? */
  check(login: Login): Promise<Outcome<Identity>>;
  /** The same, and the place is told when it ends: call before a socket is accepted there. (`connect` is taken: every
   * object stub already has one, for TCP.) */
  enter(login: Login, place: Place): Promise<Outcome<Identity>>;
  /** The user has no socket left at this place. */
  leave(place: Place): Promise<void>;
}

/** Ends live sockets: of one session, or (`sid` null) of every login issued before `before` (epoch seconds). */
export interface Revocation {
  user_id: number;
  sid: string | null;
  before: number;
}

/** Does this order end this login? */
export const endsLogin = (order: Omit<Revocation, "user_id">, login: Login): boolean =>
  order.sid === null ? login.iat < order.before : login.sid === order.sid;

/** What a place answers by RPC; repeating an order is harmless. */
export interface Revocable {
  revoke(order: Revocation): Promise<void>;
}

/** Who a user is, as D1 has it; the user's object keeps a copy, so that D1 away changes nothing for a login. */
export interface KnownPerson {
  user_id: number;
  username: string | null;
  name: string;
  email: string | null;
  role: Role;
  disabled: boolean;
}

/** By which one logs in; a user from an outside issuer has no such name. */
export const usernameOf = ({ user_id, username }: Pick<KnownPerson, "user_id" | "username">): string =>
  username ?? `~${user_id}`;

/** What a log-in or refresh gives: the worker signs the access token from it. `iat` in epoch seconds. */
export interface Grant {
  person: KnownPerson;
  sid: string;
  jti: string;
  iat: number;
  refresh_token: string;
}

/** `reused`: a spent token came again, so every login of the user has been ended. */
export type Refreshed = { state: "refreshed"; grant: Grant } | { state: "refused" } | { state: "reused"; sid: string };
