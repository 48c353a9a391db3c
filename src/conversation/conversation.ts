// One conversation, whole: puts journal, turns, audience and outbox together and keeps them in step. It runs wherever
// there is a storage with SQL; what belongs to the platform comes in by its host.
import type { Allowance, Allowed } from "../auth/allowance.ts";
import type { LoginKeeper, Place, Revocation } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import { type Clock, iso } from "../lib/clock.ts";
import { faultFields, type Log } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import type { Model } from "../models/model.ts";
import type { Command } from "../protocol/commands.ts";
import type { Member, Conversation as PublicConversation } from "../protocol/entities.ts";
import { type Outcome, ok, refuse } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Change, Reached } from "../store/mirror.ts";
import { allows } from "./access.ts";
import { Admissions } from "./admissions.ts";
import { Answering } from "./answering.ts";
import { Audience, type Sink } from "./audience.ts";
import { EventStream } from "./event-stream.ts";
import { Expiry } from "./expiry.ts";
import { FAREWELL } from "./farewells.ts";
import { Journal } from "./journal.ts";
import { Logins } from "./logins.ts";
import { Outbox } from "./outbox.ts";
import { Presence } from "./presence.ts";
import { type Archive, Reading } from "./reading.ts";
import { type Peer, Reception } from "./reception.ts";
import { publicConversation } from "./records.ts";
import { type Cursor, type Replay, replay } from "./replay.ts";
import { Room } from "./room.ts";
import type { SocketSink } from "./sockets.ts";
import { Spending } from "./spending.ts";
import type { NewConversation, StoredEvent } from "./tables.ts";
import { Titling } from "./titling.ts";
import type { Patience } from "./watchdog.ts";
import { welcome } from "./welcome.ts";

/** While a turn runs an alarm is never further away than this: it keeps the object alive and finds dead turns. */
const HEARTBEAT_MS = 20_000;
const ALARM_RETRY_MS = 5_000;

export interface Host {
  clock: Clock;
  log: Log;
  storage: DurableObjectStorage;
  place: Place;
  patience: Patience;
  /** Of one user here; 0 = no limit. */
  messagesPerMinute: number;
  resolveModel(name: string | null): Outcome<Model>;
  /** Who a token belongs to. */
  identify(token: string): Promise<Outcome<Principal>>;
  keeperOf(userId: number): Pick<LoginKeeper, "check" | "enter" | "leave"> & Allowance;
  /** Of one user everywhere; null = no limits. */
  allowed: Allowed | null;
  /** D1: each throws when it is away. */
  mirror(id: number, changes: Change[], reached: Reached): Promise<void>;
  archive: Archive;
  forget(id: number): Promise<void>;
  userName(userId: number): Promise<string | null>;
}

/** A ticket's id and expiry (epoch seconds): it is spent by being shown. */
type Ticket = { jti: string; exp: number } | null;

export class Conversation {
  readonly room: Room;
  readonly reading: Reading;
  readonly reception: Reception;
  readonly #host: Host;
  readonly #schedule: Schedule;
  readonly #journal: Journal;
  readonly #audience: Audience;
  readonly #presence: Presence;
  readonly #expiry: Expiry;
  readonly #logins: Logins;
  readonly #outbox: Outbox;
  readonly #answering: Answering;
  readonly #titling: Titling;
  readonly #admissions: Admissions;

  constructor(host: Host) {
    const { clock, log, resolveModel } = host;
    this.#host = host;
    this.#schedule = new Schedule(host.storage, clock);
    const journal = new Journal(host.storage, clock);
    this.#journal = journal;
    this.#audience = new Audience(
      clock,
      this.#now(),
      (cursor) => this.#replay(cursor).frames,
      (sink) => this.#gone(sink),
    );
    this.#presence = new Presence(clock, this.#audience, (userId, messageId) => this.#markRead(userId, messageId));
    this.#expiry = new Expiry(clock, this.#schedule, this.#audience);
    this.#logins = new Logins(clock, host.place, host.keeperOf);
    this.#admissions = new Admissions(clock);
    this.#outbox = new Outbox({
      journal,
      clock,
      log,
      schedule: this.#schedule,
      mirror: (changes, reached) => host.mirror(this.#id, changes, reached),
    });
    const publish = (events: StoredEvent[]) => this.#publish(events);
    const { allowed } = host;
    const spending = { clock, log, place: host.place.name, loanMs: host.patience.totalMs, allowanceOf: host.keeperOf };
    const allowance = allowed && new Spending({ ...spending, allowed });
    const schedule = this.#schedule;
    this.#titling = new Titling({ journal, clock, log, schedule, resolveModel, publish, allowance });
    this.#answering = new Answering({
      journal,
      clock,
      log,
      resolveModel,
      publish,
      patience: host.patience,
      publishText: (turnId, from, text) => this.#audience.publishText(turnId, from, text),
      viewers: () => this.#audience.size,
      running: (running) => this.#heartbeat(running),
      allowance,
      answered: (turn) => this.#titling.answered(turn),
    });
    this.reading = new Reading(journal, host.archive);
    this.room = new Room({
      journal,
      clock,
      resolveModel,
      publish,
      audience: this.#audience,
      answering: this.#answering,
      reading: this.reading,
      titling: this.#titling,
      messagesPerMinute: host.messagesPerMinute,
      userName: host.userName,
    });
    this.reception = new Reception({
      log,
      audience: this.#audience,
      presence: this.#presence,
      expired: (principal) => Expiry.expired(principal, clock.now()),
      fresh: (principal) => this.#logins.fresh(principal),
      confirm: (principal) => this.#logins.check(principal),
      carryOut: (socket, command) => this.#carryOut(socket, command),
    });
  }

  /** After a wake: the sockets that outlived it, and whatever storage says is unfinished. */
  resume(sockets: Iterable<SocketSink>): void {
    for (const socket of sockets) this.#audience.add(socket, socket.place);
    if (this.#audience.size > 0) this.#expiry.plan();
    const { head } = this.#journal;
    if (head?.erased_at) this.#schedule.set("erase", this.#host.clock.now());
    else this.#titling.resume();
    if (this.#journal.ledger.openTurns().length === 0) return;
    this.#heartbeat(true);
    queueMicrotask(() => this.#answering.pump());
  }

  /** Called with a number that D1 gave; again with the same number it changes nothing. */
  async create(
    conversation: NewConversation,
    owner: Principal,
    members: Omit<Member, "read_id">[],
  ): Promise<PublicConversation> {
    if (this.#journal.head) return publicConversation(this.#journal.head);
    const { events } = this.#journal.commit(() => {
      this.#journal.create(conversation, crypto.randomUUID());
      for (const { user_id, name, role } of [{ ...owner, role: "owner" as const }, ...members]) {
        this.#journal.putMember(user_id, name, role);
        this.#journal.append("member.added", { member: { user_id, name, role, read_id: 0 } });
      }
      this.#journal.append("conversation.configured", { conversation: publicConversation(conversation) });
    });
    this.#publish(events);
    await this.#outbox.flush(); // so that the list of whoever created it shows it at once
    return publicConversation(conversation);
  }

  /** Before a socket is accepted: the key lets exactly one in. */
  async admit(principal: Principal, cursor: Cursor, ticket: Ticket): Promise<Outcome<{ key: string }>> {
    const may = this.#mayWatch(principal, ticket);
    if (!may.ok) return may;
    const key = this.#admissions.issue({ principal, cursor });
    const identity = await this.#logins.enter(principal);
    if (identity.ok) return ok({ key });
    this.#admissions.take(key);
    return identity;
  }

  /** Who may come in with this key, once. */
  admitted(key: string) {
    return this.#admissions.take(key);
  }

  /** A socket that was admitted. Since then its user may have been removed, or the conversation erased. */
  enter(socket: SocketSink, cursor: Cursor): void {
    const { principal } = socket;
    const crowded = this.#audience.ofUser(principal.user_id).length >= LIMITS.socketsPerUser;
    const erased = this.#journal.head?.erased_at !== null;
    const removed = !allows(this.#journal, principal, "conversation.read").ok;
    if (!removed && !crowded) return this.#open(socket, cursor);
    this.#audience.add(socket);
    this.#audience.dismiss(socket.id, erased ? FAREWELL.erased : removed ? FAREWELL.removed : FAREWELL.crowded);
  }

  leave(id: string): void {
    this.#audience.remove(id);
  }

  /** Server-sent events from `place` on; with `turnId` until that turn has ended. */
  async watch(
    principal: Principal,
    place: { epoch: string | null; since: number | null; offset: number | null },
    turnId: number | null,
    ticket: Ticket,
  ): Promise<Outcome<ReadableStream<Uint8Array>>> {
    const turn = place.since !== null && place.offset !== null ? this.#journal.turnAt(place.since) : null;
    const cursor = { ...place, turn, offset: place.offset ?? 0 };
    const admitted = await this.admit(principal, cursor, ticket);
    if (!admitted.ok) return admitted;
    if (!this.#admissions.take(admitted.value.key)) return refuse("unauthorized", FAREWELL.ended.message);
    const still = allows(this.#journal, principal, "conversation.read");
    if (!still.ok) return still;
    // Whoever waits for one answer stays only so long, and has been acknowledged already.
    if (turnId === null && this.#audience.ofUser(principal.user_id).length >= LIMITS.socketsPerUser)
      return refuse("rate_limited", FAREWELL.crowded.message, { retry_after_ms: 5_000 });
    const stream = new EventStream({
      principal,
      epoch: still.value.epoch,
      clock: this.#host.clock,
      untilTurn: turnId,
      proof: (id, n) => this.#audience.proof(id, n),
      gone: (id) => this.#audience.remove(id),
    });
    this.#open(stream, cursor);
    if (turnId !== null && this.#journal.ledger.turn(turnId)?.ended_at !== null) stream.close();
    return ok(stream.body);
  }

  settled(turnId: number): Promise<void> {
    return this.#answering.settled(turnId);
  }

  /** Not readable from now on; what is stored follows by alarm, as often as it takes. */
  erase(actor: Principal): Outcome<{ erased_at: string }> {
    const may = allows(this.#journal, actor, "conversation.delete");
    if (!may.ok) return may;
    this.#answering.cancelAll(() => true);
    this.#titling.stop();
    const { events } = this.#journal.commit(() => {
      this.#journal.append("conversation.erased", {});
      this.#journal.markErased();
    });
    this.#audience.publish(events);
    for (const sink of [...this.#audience.sinks()]) this.#audience.dismiss(sink.id, FAREWELL.erased);
    this.#schedule.set("erase", this.#host.clock.now());
    return ok({ erased_at: iso(this.#host.clock.now()) });
  }

  /** Ends the connections of a login, also those still on their way. */
  revoke(order: Revocation): void {
    const ends = (principal: Principal) => principal.user_id === order.user_id && Expiry.ends(order, principal);
    for (const sink of this.#audience.ofUser(order.user_id))
      if (ends(sink.principal)) this.#audience.dismiss(sink.id, FAREWELL.ended);
    this.#admissions.revoke(ends);
    this.#logins.forget(order.user_id);
  }

  /** What is due. Never throws: the platform drops an alarm that failed six times (reliability.md §2.5). */
  async alarm(): Promise<void> {
    const { clock, log } = this.#host;
    // What waits for others comes last: an object's alarms do not overlap.
    const urgent = (due: string) => (due === "outbox" || due === "erase" ? 1 : 0);
    for (const due of this.#schedule.take().sort((a, b) => urgent(a) - urgent(b))) {
      try {
        if (due === "outbox") await this.#outbox.flush();
        else if (due === "expiry") this.#expiry.plan();
        else if (due === "turn") this.#beat();
        else if (due === "title") this.#titling.run();
        else if (due === "erase") await this.#eraseAll();
      } catch (error) {
        log("error", "alarm.fault", { due, ...faultFields(error) });
        this.#schedule.set(due, clock.now() + ALARM_RETRY_MS);
      }
    }
    this.#schedule.rearm();
  }

  get #id(): number {
    return this.#journal.head?.id ?? 0;
  }

  #mayWatch(principal: Principal, ticket: Ticket): Outcome<unknown> {
    const may = allows(this.#journal, principal, "conversation.read");
    if (!may.ok) return may;
    if (ticket && !this.#journal.spendTicket(ticket.jti, ticket.exp))
      return refuse("unauthorized", "The ticket was used before.");
    if (this.#audience.size >= LIMITS.socketsPerConversation)
      return refuse("unavailable", "Too many are connected here. Try again later.", { retry_after_ms: 5_000 });
    return may;
  }

  /** Where a viewer stands who has seen all that is stored. */
  #now(): Cursor {
    const { head, seq } = this.#journal;
    const running = this.#running();
    const offset = running?.text.length ?? 0;
    return { epoch: head?.epoch ?? null, since: seq, turn: running?.turnId ?? null, offset };
  }

  /** The running answer; right after a wake it is not yet taken up again, but stored. */
  #running(): { turnId: number; text: string } | null {
    const open = this.#journal.ledger.openTurns()[0];
    return open?.state === "running" ? { turnId: open.id, text: this.#journal.ledger.text(open.id) } : null;
  }

  #replay(cursor: Cursor): Replay {
    return replay(this.#journal, this.#answering.running ?? this.#running(), cursor);
  }

  /** Welcome, what was missed, then live: in one turn of the event loop, so that nothing slips between. */
  #open(sink: Sink, cursor: Cursor): void {
    const missed = this.#replay(cursor);
    this.#audience.add(sink);
    const first = welcome(this.#journal, this.#presence, sink.principal, missed.mode);
    this.#audience.tell(sink.id, [first, ...missed.frames]);
    this.#host.log("info", "connection.opened", { user: sink.principal.user_id, replay: missed.mode });
    this.#presence.changed();
    this.#expiry.plan();
  }

  /** However it ended. The user's object stops pushing revocations here once the user's last connection is gone. */
  #gone(sink: Sink): void {
    const { log, clock } = this.#host;
    const userId = sink.principal.user_id;
    log("info", "connection.closed", { user: userId, ms: clock.now() - sink.since });
    this.#presence.left(userId);
    this.#presence.changed();
    this.#expiry.plan();
    if (this.#admissions.expects(userId) || this.#audience.ofUser(userId).length > 0) return;
    this.#logins.leave(userId).catch((error: unknown) => log("warn", "leave.failed", faultFields(error)));
  }

  #publish(events: StoredEvent[]): void {
    this.#audience.publish(events);
    this.#outbox.touched();
  }

  #markRead(userId: number, messageId: number): number | null {
    const mark = Math.min(messageId, this.#journal.lastMessageId);
    if (!this.#journal.markRead(userId, mark)) return null;
    this.#outbox.touched();
    return mark;
  }

  #heartbeat(running: boolean): void {
    if (running) this.#schedule.set("turn", this.#host.clock.now() + HEARTBEAT_MS);
    else this.#schedule.clear("turn");
  }

  #beat(): void {
    this.#answering.pump();
    if (this.#journal.ledger.openTurns().length > 0) this.#heartbeat(true);
  }

  async #carryOut(socket: Peer, command: Command): Promise<Outcome<object>> {
    if (command.type !== "auth.refresh") return this.room.command(socket.principal, command);
    const principal = await this.#host.identify(command.token);
    if (!principal.ok) return principal;
    if (principal.value.user_id !== socket.principal.user_id)
      return refuse("forbidden", "This token belongs to somebody else.", { field: "token" });
    const identity = await this.#logins.enter(principal.value);
    if (!identity.ok) return identity;
    socket.renew(principal.value);
    this.#expiry.renewed(socket);
    return ok({ session_expires_at: iso(principal.value.exp * 1000) });
  }

  /** D1 first: an object without a trace could not find out what is left to do. */
  async #eraseAll(): Promise<void> {
    await this.#outbox.flush(); // a batch on its way would bring back what is being deleted
    await this.#host.forget(this.#id);
    await this.#journal.destroy();
    this.#host.log("info", "conversation.erased");
  }
}
