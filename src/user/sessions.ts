// The rules of a user's logins: who stands, who is refused, what a refresh gives, what an ending ends.
import {
  type Grant,
  type Identity,
  type KnownPerson,
  type Login,
  type Place,
  type Refreshed,
  usernameOf,
} from "../auth/logins.ts";
import { newRefreshKey, newRefreshToken, refreshHash, successorOf } from "../auth/refresh-token.ts";
import { type Clock, iso } from "../lib/clock.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Profile, Session, UserTables } from "./tables.ts";

export interface ListedSession {
  sid: string;
  device: string | null;
  created_at: string;
  last_used_at: string;
}

const SESSION_MS = 30 * 24 * 60 * 60 * 1000;
const GRACE_MS = 10_000;
/** `used_at` may lag by this much: a check is no reason for a write. */
const TOUCH_MS = 5 * 60_000;
/** The newest sessions are listed; a user who has more ends them all. */
const LISTED = 100;
/** A socket just let in may not be counted at its place yet when another one's end is told. */
const ARRIVAL_MS = 30_000;

const refused = refuse("unauthorized", "The token is not valid.");

export class Sessions {
  #tables: UserTables;
  #clock: Clock;

  constructor(tables: UserTables, clock: Clock) {
    this.#tables = tables;
    this.#clock = clock;
  }

  /** Takes over what D1 knows; whoever is disabled by it, or given another role, loses every login. */
  enrol(person: KnownPerson): void {
    this.#tables.transaction(() => {
      this.#tables.create();
      const before = this.#tables.profile();
      this.#tables.putProfile({ ...person, revoked_before: before?.revoked_before ?? 0 });
      const lost = before && ((person.disabled && !before.disabled) || person.role !== before.role);
      if (lost) this.#revokeAll();
    });
  }

  profile(): KnownPerson | null {
    const profile = this.#tables.profile();
    return profile && person(profile);
  }

  /** A new session for a user whose password was right. */
  begin(who: KnownPerson, device: string | null): Outcome<Grant> {
    this.enrol(who);
    const profile = this.#tables.profile();
    if (!profile || profile.disabled) return refused;
    const now = this.#clock.now();
    const refresh_token = newRefreshToken(profile.user_id);
    const session: Session = {
      sid: crypto.randomUUID(),
      device,
      created_at: now,
      used_at: now,
      expires_at: now + SESSION_MS,
      ended_at: null,
      refresh_hash: refreshHash(refresh_token),
      refresh_key: newRefreshKey(),
    };
    this.#tables.addSession(session);
    const jti = crypto.randomUUID();
    return ok({ person: person(profile), sid: session.sid, jti, iat: this.#issueTime(profile), refresh_token });
  }

  check(login: Login): Outcome<Identity> {
    const profile = this.#tables.profile();
    if (!profile || profile.disabled || !this.#stands(login, profile)) return refused;
    const { user_id, name, role } = profile;
    return ok({ user_id, username: usernameOf(profile), name, role });
  }

  /** As `check`; the place is written down before the answer, so that no revocation can miss it. */
  enter(login: Login, place: Place): Outcome<Identity> {
    const identity = this.check(login);
    if (identity.ok) this.#tables.addPlace(place, login.sid, this.#clock.now());
    return identity;
  }

  leave(place: Place): void {
    if (this.#tables.profile()) this.#tables.removePlace(place, this.#clock.now() - ARRIVAL_MS);
  }

  /** One use a token; a second one ends every login of the user, except the repeat of a lost answer (security.md §4). */
  refresh(token: string, requestId: string | null): Refreshed {
    const profile = this.#tables.profile();
    if (!profile || profile.disabled) return { state: "refused" };
    const hash = refreshHash(token);
    const session = this.#tables.sessionByRefresh(hash);
    if (session) {
      if (!this.#open(session)) return { state: "refused" };
      return { state: "refreshed", grant: this.#rotate(profile, session, token, requestId) };
    }
    return this.#secondUse(profile, token, hash, requestId);
  }

  /** False when there is no such session (any more). */
  end(sid: string): boolean {
    const session = this.#tables.profile() && this.#tables.session(sid);
    if (!session || !this.#open(session)) return false;
    this.#tables.transaction(() => {
      this.#tables.endSession(sid, this.#clock.now());
      this.#order((at) => at.sid === sid);
    });
    return true;
  }

  endOthers(sid: string | null): void {
    if (!this.#tables.profile()) return;
    this.#tables.transaction(() => {
      this.#tables.endSessions(sid, this.#clock.now());
      this.#order((at) => at.sid !== sid);
    });
  }

  /** Every login, those of outside issuers included. */
  endAll(): void {
    if (this.#tables.profile()) this.#tables.transaction(() => this.#revokeAll());
  }

  list(): ListedSession[] {
    if (!this.#tables.profile()) return [];
    return this.#tables.standing(this.#clock.now(), LISTED).map(({ sid, device, created_at, used_at }) => ({
      sid,
      device,
      created_at: iso(created_at),
      last_used_at: iso(used_at),
    }));
  }

  #rotate(profile: Profile, session: Session, token: string, requestId: string | null): Grant {
    const now = this.#clock.now();
    const spent = {
      sid: session.sid,
      spent_at: now,
      request_id: requestId,
      iat: this.#issueTime(profile),
      jti: crypto.randomUUID(),
    };
    const refresh_token = requestId
      ? successorOf(token, requestId, profile.user_id, session.refresh_key)
      : newRefreshToken(profile.user_id);
    this.#tables.transaction(() => {
      this.#tables.spend(session.refresh_hash, spent);
      this.#tables.rotate(session.sid, refreshHash(refresh_token), now);
    });
    return { person: person(profile), sid: session.sid, jti: spent.jti, iat: spent.iat, refresh_token };
  }

  #secondUse(profile: Profile, token: string, hash: string, requestId: string | null): Refreshed {
    const spent = this.#tables.spent(hash);
    const session = spent && this.#tables.session(spent.sid);
    if (!spent || !session || !this.#open(session)) return { state: "refused" };
    if (requestId && requestId === spent.request_id && this.#clock.now() - spent.spent_at <= GRACE_MS) {
      const refresh_token = successorOf(token, requestId, profile.user_id, session.refresh_key);
      if (refreshHash(refresh_token) === session.refresh_hash) {
        const { sid, jti, iat } = spent;
        return { state: "refreshed", grant: { person: person(profile), sid, jti, iat, refresh_token } };
      }
    }
    this.endAll();
    return { state: "reused", sid: session.sid };
  }

  #stands(login: Login, profile: Profile): boolean {
    if (login.sid === null) return login.iat >= profile.revoked_before;
    const session = this.#tables.session(login.sid);
    if (!session || !this.#open(session)) return false;
    const now = this.#clock.now();
    if (now - session.used_at > TOUCH_MS) this.#tables.touch(session.sid, now);
    return true;
  }

  #open(session: Session): boolean {
    return session.ended_at === null && session.expires_at > this.#clock.now();
  }

  /** Sockets of the sessions that are `ended` are closed wherever they are. */
  #order(ended: (at: { sid: string }) => boolean): void {
    for (const { sid, place } of this.#tables.sessionPlaces().filter(ended)) {
      this.#tables.addOrder(place, sid, 0, this.#clock.now());
      this.#tables.forgetPlaces(sid);
    }
  }

  #revokeAll(): void {
    const profile = this.#tables.profile();
    if (!profile) return;
    const now = this.#clock.now();
    // Tokens count whole seconds: those of the running second are ended too, and new ones begin after it, or after those that
    // began after an earlier ending in the same second.
    const before = this.#issueTime(profile) + 1;
    this.#tables.putProfile({ ...profile, revoked_before: before });
    this.#tables.endSessions(null, now);
    for (const place of this.#tables.places()) this.#tables.addOrder(place, null, before, now);
    this.#tables.forgetPlaces(null);
  }

  #issueTime(profile: Profile): number {
    return Math.max(Math.floor(this.#clock.now() / 1000), profile.revoked_before);
  }
}

const person = ({ revoked_before: _, ...rest }: Profile): KnownPerson => rest;
