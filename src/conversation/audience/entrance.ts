// Who comes in and who goes: lets a connection in once its login stands, tells it what it missed, and shows people out.
import { Admissions } from "../../auth/admissions.ts";
import type { Confirmations } from "../../auth/confirmations.ts";
import { endsLogin, type Identity, type Revocation } from "../../auth/logins.ts";
import type { Principal } from "../../auth/principal.ts";
import { type Clock, iso } from "../../lib/clock.ts";
import { faultFields, type Log } from "../../lib/log.ts";
import { type Outcome, ok, refuse } from "../../protocol/errors.ts";
import { FAREWELL } from "../../protocol/farewells.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Journal } from "../journal/journal.ts";
import { allows } from "../people/access.ts";
import type { Audience, Sink } from "./audience.ts";
import { EventStream } from "./event-stream.ts";
import type { Expiry } from "./expiry.ts";
import type { Presence } from "./presence.ts";
import type { Peer } from "./reception.ts";
import type { Cursor, Replay } from "./replay.ts";
import type { SocketSink } from "./sockets.ts";
import { welcome } from "./welcome.ts";

export interface EntranceOptions {
  clock: Clock;
  log: Log;
  journal: Journal;
  audience: Audience;
  presence: Presence;
  expiry: Expiry;
  logins: Confirmations;
  replay(cursor: Cursor): Replay;
  /** Who a token belongs to. */
  identify(token: string): Promise<Outcome<Principal>>;
  /** Who somebody is who comes, as the user's object has just said. */
  confirmed(identity: Identity): void;
  /** Somebody came or went. */
  changed(): void;
}

/** A ticket's id and expiry (epoch seconds): it is spent by being shown. */
export type Ticket = { jti: string; exp: number } | null;

export class Entrance {
  #o: EntranceOptions;
  #admissions: Admissions<{ principal: Principal; cursor: Cursor }>;

  constructor(options: EntranceOptions) {
    this.#o = options;
    this.#admissions = new Admissions(options.clock);
  }

  /** Before a socket is accepted: the key lets exactly one in. */
  async admit(principal: Principal, cursor: Cursor, ticket: Ticket): Promise<Outcome<{ key: string }>> {
    const may = this.#mayWatch(principal, ticket);
    if (!may.ok) return may;
    const key = this.#admissions.issue({ principal, cursor });
    const identity = await this.#o.logins.enter(principal);
    if (!identity.ok) {
      this.#admissions.take(key);
      return identity;
    }
    this.#o.confirmed(identity.value);
    return ok({ key });
  }

  /** Who may come in with this key, once. */
  admitted(key: string) {
    return this.#admissions.take(key);
  }

  /** A socket that was admitted. Since then its user may have been removed, or the conversation erased. */
  enter(socket: SocketSink, cursor: Cursor): void {
    const { audience, journal } = this.#o;
    const { principal } = socket;
    const crowded = audience.ofUser(principal.user_id).length >= LIMITS.socketsPerUser;
    const erased = journal.head?.erased_at !== null;
    const removed = !allows(journal, principal, "conversation.read").ok;
    if (!removed && !crowded) return this.#open(socket, cursor);
    audience.add(socket);
    audience.dismiss(socket.id, erased ? FAREWELL.erased : removed ? FAREWELL.removed : FAREWELL.crowded);
  }

  leave(id: string): void {
    this.#o.audience.remove(id);
  }

  /** Server-sent events from `place` on; with `turnId` until that turn has ended. */
  async watch(
    principal: Principal,
    place: { epoch: string | null; since: number | null; offset: number | null },
    turnId: number | null,
    ticket: Ticket,
  ): Promise<Outcome<ReadableStream<Uint8Array>>> {
    const { audience, journal, clock } = this.#o;
    const turn = place.since !== null && place.offset !== null ? journal.turnAt(place.since) : null;
    const cursor = { ...place, turn, offset: place.offset ?? 0 };
    const admitted = await this.admit(principal, cursor, ticket);
    if (!admitted.ok) return admitted;
    if (!this.#admissions.take(admitted.value.key)) return refuse("unauthorized", FAREWELL.ended.message);
    const still = allows(journal, principal, "conversation.read");
    if (!still.ok) return still;
    // Whoever waits for one answer stays only so long, and has been acknowledged already.
    if (turnId === null && audience.ofUser(principal.user_id).length >= LIMITS.socketsPerUser)
      return refuse("rate_limited", FAREWELL.crowded.message, { retry_after_ms: 5_000 });
    const stream = new EventStream({
      principal,
      epoch: still.value.epoch,
      clock,
      untilTurn: turnId,
      proof: (id, n) => audience.proof(id, n),
      gone: (id) => audience.remove(id),
    });
    this.#open(stream, cursor);
    if (turnId !== null && journal.ledger.turn(turnId)?.ended_at !== null) stream.close();
    return ok(stream.body);
  }

  /** A fresh token of the same user on the same socket. */
  async renew(socket: Peer, token: string): Promise<Outcome<{ session_expires_at: string }>> {
    const { logins, expiry, identify } = this.#o;
    const principal = await identify(token);
    if (!principal.ok) return principal;
    if (principal.value.user_id !== socket.principal.user_id)
      return refuse("forbidden", "This token belongs to somebody else.", { field: "token" });
    const identity = await logins.enter(principal.value);
    if (!identity.ok) return identity;
    socket.renew(principal.value);
    expiry.renewed(socket);
    return ok({ session_expires_at: iso(principal.value.exp * 1000) });
  }

  /** Ends the connections of a login, also those still on their way. */
  revoke(order: Revocation): void {
    const { audience, logins } = this.#o;
    const ends = (principal: Principal) => principal.user_id === order.user_id && endsLogin(order, principal);
    for (const sink of audience.ofUser(order.user_id))
      if (ends(sink.principal)) audience.dismiss(sink.id, FAREWELL.ended);
    this.#admissions.revoke(ends);
    logins.forget(order.user_id);
  }

  /** However it ended. The user's object stops pushing revocations here once the user's last connection is gone. */
  gone(sink: Sink): void {
    const { log, clock, presence, expiry, audience, logins } = this.#o;
    const userId = sink.principal.user_id;
    log("info", "connection.closed", { user: userId, ms: clock.now() - sink.since });
    presence.left(userId);
    presence.changed();
    expiry.plan();
    this.#o.changed();
    if (this.#admissions.expects(userId) || audience.ofUser(userId).length > 0) return;
    logins.leave(userId).catch((error: unknown) => log("warn", "leave.failed", faultFields(error)));
  }

  #mayWatch(principal: Principal, ticket: Ticket): Outcome<unknown> {
    const { audience, journal } = this.#o;
    const may = allows(journal, principal, "conversation.read");
    if (!may.ok) return may;
    if (ticket && !journal.spendTicket(ticket.jti, ticket.exp))
      return refuse("unauthorized", "The ticket was used before.");
    if (audience.size >= LIMITS.socketsPerConversation)
      return refuse("unavailable", "Too many are connected here. Try again later.", { retry_after_ms: 5_000 });
    return may;
  }

  /** Welcome, what was missed, then live: in one turn of the event loop, so that nothing slips between. */
  #open(sink: Sink, cursor: Cursor): void {
    const { audience, journal, presence, expiry, log, replay } = this.#o;
    const missed = replay(cursor);
    audience.add(sink);
    const first = welcome(journal, presence, sink.principal, missed.mode);
    audience.tell(sink.id, [first, ...missed.frames]);
    log("info", "connection.opened", { user: sink.principal.user_id, replay: missed.mode });
    presence.changed();
    expiry.plan();
    this.#o.changed();
  }
}
