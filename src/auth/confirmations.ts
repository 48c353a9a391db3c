// Who of those connected here may still be: remembers when each login was last confirmed, asks the user's object when
// that was too long ago, and tells it where its user is connected. Never asks D1.

import type { Clock } from "../lib/clock.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { Identity, LoginKeeper, Place } from "./logins.ts";
import type { Principal } from "./principal.ts";

/** An object re-reads a login older than this before it acts (security.md §5). */
const TRUST_MS = 60_000;

type Keeper = Pick<LoginKeeper, "check" | "enter" | "leave">;

export class Confirmations {
  #clock: Clock;
  #place: Place;
  #find: (userId: number) => Keeper;
  /** One stub for each user: calls over one stub arrive in order, so a `leave` never overtakes the next `enter`. */
  #keepers = new Map<number, Keeper>();
  #confirmed = new Map<string, number>();

  constructor(clock: Clock, place: Place, find: (userId: number) => Keeper) {
    this.#clock = clock;
    this.#place = place;
    this.#find = find;
  }

  /** Before a connection is accepted: from now on a revocation reaches this object. */
  async enter(principal: Principal): Promise<Outcome<Identity>> {
    const identity = await this.#keeper(principal.user_id).enter(principal, this.#place);
    if (identity.ok) this.#confirmed.set(key(principal), this.#clock.now());
    return identity;
  }

  async leave(userId: number): Promise<void> {
    await this.#keeper(userId).leave(this.#place);
    this.#keepers.delete(userId);
  }

  /** Confirmed recently enough to act at once? */
  fresh(principal: Principal): boolean {
    const at = this.#confirmed.get(key(principal));
    return at !== undefined && Math.abs(this.#clock.now() - at) < TRUST_MS;
  }

  async check(principal: Principal): Promise<Outcome<Identity>> {
    const identity = await this.#keeper(principal.user_id).check(principal);
    if (identity.ok) this.#confirmed.set(key(principal), this.#clock.now());
    else this.#confirmed.delete(key(principal));
    return identity;
  }

  /** Whatever was known of this user's logins is out of date. */
  forget(userId: number): void {
    for (const known of this.#confirmed.keys()) if (known.startsWith(`${userId} `)) this.#confirmed.delete(known);
  }

  #keeper(userId: number): Keeper {
    const keeper = this.#keepers.get(userId) ?? this.#find(userId);
    this.#keepers.set(userId, keeper);
    return keeper;
  }
}

const key = (p: Principal): string => `${p.user_id} ${p.sid ?? p.iat}`;
