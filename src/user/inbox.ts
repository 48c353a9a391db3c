// The user's inbox: sockets on which he hears which of his conversations has changed. Keeps nothing: who listens is in the
// sockets' attachments, and whether he still may is what the sessions say.
import { Admissions } from "../auth/admissions.ts";
import type { Login } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import type { Clock } from "../lib/clock.ts";
import type { Schedule } from "../lib/schedule.ts";
import { type CloseCode, type Outcome, ok, refuse } from "../protocol/errors.ts";
import { FAREWELL, type Farewell } from "../protocol/farewells.ts";
import type { InboxFrame } from "../protocol/inbox.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Sessions } from "./sessions.ts";
import type { UserTables } from "./tables.ts";

/** Signals after which a socket has to come again: bounds what may be on its way to one that does not read. */
const MOST_SIGNALS = 10_000;

/** One socket. */
export interface InboxPeer {
  readonly id: string;
  /** Times in epoch seconds. */
  readonly login: Pick<Principal, "sid" | "iat" | "exp">;
  /** When anything last came from the peer, epoch ms. */
  heardAt(): number;
  send(frame: InboxFrame): void;
  close(code: CloseCode, reason: string): void;
}

export interface InboxOptions {
  clock: Clock;
  schedule: Schedule;
  sessions: Pick<Sessions, "check">;
  tables: Pick<UserTables, "spendTicket">;
  /** Those that are open. */
  sockets(): InboxPeer[];
}

export class Inbox {
  #o: InboxOptions;
  #admissions: Admissions<{ principal: Principal }>;
  #signals = new Map<string, number>();

  constructor(options: InboxOptions) {
    this.#o = options;
    this.#admissions = new Admissions(options.clock);
  }

  /** Before a socket is accepted: the key lets exactly one in. */
  admit(principal: Principal, ticket: { jti: string; exp: number } | null): Outcome<{ key: string }> {
    const identity = this.#o.sessions.check(principal);
    if (!identity.ok) return identity;
    if (ticket && !this.#o.tables.spendTicket(ticket.jti, ticket.exp, this.#o.clock.now()))
      return refuse("unauthorized", "The ticket was used before.");
    return ok({ key: this.#admissions.issue({ principal }) });
  }

  /** Who may come in with this key, once. */
  admitted(key: string): Principal | null {
    return this.#admissions.take(key)?.principal ?? null;
  }

  /** A socket that was admitted. Since then its login may have ended. */
  enter(socket: InboxPeer): void {
    this.check();
    this.#dropSilent();
    if (this.#o.sockets().length > LIMITS.socketsPerUser) this.#dismiss(socket, FAREWELL.crowded);
  }

  /** Nothing is to be said here. */
  received(socket: InboxPeer): void {
    this.#dismiss(socket, FAREWELL.listening);
  }

  left(id: string): void {
    this.#signals.delete(id);
    this.check();
  }

  changed(conversationId: number): void {
    this.#dropSilent();
    for (const socket of this.#o.sockets()) {
      const signals = (this.#signals.get(socket.id) ?? 0) + 1;
      this.#signals.set(socket.id, signals);
      if (signals > MOST_SIGNALS) this.#dismiss(socket, FAREWELL.notReading);
      else socket.send({ type: "inbox.changed", conversation_id: conversationId });
    }
  }

  /** Ends the sockets whose login has ended or expired; the next one to expire sets the time for it. */
  check(): void {
    const { sessions, sockets, schedule, clock } = this.#o;
    const stands = (login: Login) => sessions.check(login).ok;
    for (const socket of sockets()) {
      if (socket.login.exp * 1000 <= clock.now()) this.#dismiss(socket, FAREWELL.expired);
      else if (!stands(socket.login)) this.#dismiss(socket, FAREWELL.ended);
    }
    const next = Math.min(...sockets().map(({ login }) => login.exp * 1000));
    if (Number.isFinite(next)) schedule.set("inbox", next);
    else schedule.clear("inbox");
  }

  /** Peers that died without a word are noticed when the object is awake anyway. */
  #dropSilent(): void {
    const { sockets, clock } = this.#o;
    for (const socket of sockets())
      if (clock.now() - socket.heardAt() > LIMITS.silentMs) this.#dismiss(socket, FAREWELL.silent);
  }

  #dismiss(socket: InboxPeer, { close, code, message, retryAfterMs }: Farewell): void {
    const after = retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs };
    this.#signals.delete(socket.id);
    socket.send({ type: "bye", code, message, ...after });
    socket.close(close, code);
  }
}
