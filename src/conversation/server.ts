// The conversation's Durable Object: gives the room its sockets, storage, alarm and RPC methods, and decides nothing.
// State loads in the constructor, since an RPC call does not run partyserver's onStart.
import { type Connection, type ConnectionContext, Server } from "partyserver";
import { createAuthentication } from "../auth/authentication.ts";
import type { Revocable, Revocation } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import { readConfig } from "../env.ts";
import { iso, systemClock } from "../lib/clock.ts";
import { createLog, faultFields } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import { createCatalogue } from "../models/catalogue.ts";
import type { Command } from "../protocol/commands.ts";
import type { Conversation, Member } from "../protocol/entities.ts";
import { CLOSE, type Outcome, ok, refuse } from "../protocol/errors.ts";
import type { Replies } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { ConversationListItem, MessagePosted, TurnListItem } from "../protocol/rest.ts";
import { forgetConversation, messagesBefore } from "../store/conversations.ts";
import { mirror } from "../store/mirror.ts";
import { findById } from "../store/people.ts";
import { allows } from "./access.ts";
import { type Admission, Admissions } from "./admissions.ts";
import { Answering } from "./answering.ts";
import { Audience, type Sink } from "./audience.ts";
import { EventStream } from "./event-stream.ts";
import { Expiry } from "./expiry.ts";
import { FAREWELL } from "./farewells.ts";
import { Journal } from "./journal.ts";
import { Logins } from "./logins.ts";
import { Outbox } from "./outbox.ts";
import { Presence } from "./presence.ts";
import { type HistoryRequest, Reading } from "./reading.ts";
import { Reception } from "./reception.ts";
import { publicConversation } from "./records.ts";
import { type Cursor, type Replay, replay } from "./replay.ts";
import { type Outgoing, Room, type RoomCommand, type RoomReply } from "./room.ts";
import { SocketSink } from "./sockets.ts";
import type { NewConversation, StoredEvent } from "./tables.ts";
import { welcome } from "./welcome.ts";

/** While a turn runs an alarm is never further away than this: it keeps the object alive and finds dead turns. */
const HEARTBEAT_MS = 20_000;

export class ConversationServer extends Server<Env> implements Revocable {
  static override options = { hibernate: true };

  #clock = systemClock;
  #config = configOf(this.env);
  #log = createLog(this.#config.LOG_LEVEL, { object: "conversation", conversation: this.ctx.id.name });
  #schedule = new Schedule(this.ctx.storage, this.#clock);
  #catalogue = createCatalogue(this.#config, this.env, this.#clock);
  #authentication = createAuthentication(this.#config, this.#clock);
  #journal = new Journal(this.ctx.storage, this.#clock);
  #outbox = new Outbox({
    journal: this.#journal,
    clock: this.#clock,
    schedule: this.#schedule,
    log: this.#log,
    mirror: (changes, reached) => mirror(this.env.DB, this.#id, changes, reached),
  });
  #audience: Audience = new Audience(
    this.#clock,
    this.#now(),
    (cursor) => this.#replay(cursor).frames,
    (sink) => this.#gone(sink),
  );
  #presence = new Presence(this.#clock, this.#audience, (userId, messageId) => this.#markRead(userId, messageId));
  #expiry = new Expiry(this.#clock, this.#schedule, this.#audience);
  #logins = new Logins(this.#clock, { kind: "conversation", name: String(this.ctx.id.name) }, (userId) =>
    this.env.USER.getByName(String(userId)),
  );
  #answering: Answering = new Answering({
    journal: this.#journal,
    clock: this.#clock,
    log: this.#log,
    patience: {
      firstTokenMs: this.#config.TURN_FIRST_TOKEN_S * 1000,
      stallMs: this.#config.TURN_STALL_S * 1000,
      totalMs: this.#config.TURN_MAX_S * 1000,
    },
    resolveModel: (name) => this.#catalogue.resolve(name),
    publish: (events) => this.#publish(events),
    publishText: (turnId, from, text) => this.#audience.publishText(turnId, from, text),
    viewers: () => this.#audience.size,
    running: (running) => this.#heartbeat(running),
  });
  #reading = new Reading(this.#journal, (before, limit) => messagesBefore(this.env.DB, this.#id, before, limit));
  #room = new Room({
    journal: this.#journal,
    audience: this.#audience,
    answering: this.#answering,
    clock: this.#clock,
    messagesPerMinute: this.#config.MESSAGES_PER_MINUTE,
    resolveModel: (name) => this.#catalogue.resolve(name),
    reading: this.#reading,
    userName: async (userId) => (await findById(this.env.DB, userId))?.name ?? null,
    publish: (events) => this.#publish(events),
  });
  #reception = new Reception({
    audience: this.#audience,
    presence: this.#presence,
    log: this.#log,
    fresh: (principal) => this.#logins.fresh(principal),
    confirm: (principal) => this.#logins.check(principal),
    carryOut: (socket, command) => this.#carryOut(socket, command),
  });
  #admissions = new Admissions(this.#clock);
  #sockets = new Map<string, SocketSink>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    for (const connection of this.getConnections()) {
      const socket = new SocketSink(connection, this.#clock, () => this.#autoResponseAt(connection));
      this.#sockets.set(socket.id, socket);
      this.#audience.add(socket, socket.place);
    }
    const { head } = this.#journal;
    if (head?.erased_at) this.#schedule.set("erase", this.#clock.now());
    if (head && this.#journal.openTurns().length > 0) {
      this.#heartbeat(true);
      queueMicrotask(() => this.#answering.pump());
    }
    if (this.#audience.size > 0) this.#expiry.plan();
  }

  // RPC, called by the worker with a principal that it verified

  /** Called once, with a number that D1 gave; again with the same number it changes nothing. */
  async create(
    conversation: NewConversation,
    owner: Principal,
    members: Omit<Member, "read_id">[],
  ): Promise<Conversation> {
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

  /** Before a socket is accepted: the key lets exactly one in, within ten seconds. */
  async admit(
    principal: Principal,
    cursor: Cursor,
    ticket: { jti: string; exp: number } | null,
  ): Promise<Outcome<{ key: string }>> {
    const may = allows(this.#journal, principal, "conversation.read");
    if (!may.ok) return may;
    if (ticket && !this.#journal.spendTicket(ticket.jti, ticket.exp)) return TICKET_SPENT;
    if (this.#audience.size >= LIMITS.socketsPerConversation)
      return refuse("unavailable", "Too many are connected here. Try again later.", { retry_after_ms: 5_000 });
    const key = this.#admissions.issue({ principal, cursor });
    const identity = await this.#logins.enter(principal);
    if (identity.ok) return ok({ key });
    this.#admissions.take(key);
    return identity;
  }

  async command(actor: Principal, command: RoomCommand): Promise<Outcome<RoomReply>> {
    return this.#room.command(actor, command);
  }

  /** A message with its turn and answer; with `wait` when that turn has ended. */
  async outcome(
    actor: Principal,
    messageId: number,
    turnId: number | null,
    wait: boolean,
  ): Promise<Outcome<MessagePosted>> {
    if (wait && turnId !== null) await this.#answering.settled(turnId);
    return this.#reading.outcome(actor, messageId, turnId);
  }

  async send(actor: Principal, message: Outgoing): Promise<Outcome<Replies["message.send"]>> {
    return this.#room.send(actor, message);
  }

  async history(actor: Principal, query: HistoryRequest): Promise<Outcome<Replies["history"]>> {
    return this.#reading.history(actor, query);
  }

  async retryTurn(actor: Principal, turnId: number, model: string | undefined): Promise<Outcome<{ turn_id: number }>> {
    const questionId = this.#journal.turn(turnId)?.question_id ?? 0;
    return this.#room.retry(actor, { message_id: questionId, ...(model === undefined ? {} : { model }) });
  }

  async describe(actor: Principal): Promise<Outcome<ConversationListItem>> {
    return this.#reading.describe(actor);
  }

  async turns(actor: Principal, before: number | null, limit: number): Promise<Outcome<TurnListItem[]>> {
    return this.#reading.turns(actor, before, limit);
  }

  /** The conversation as server-sent events from `since` on; with `turnId` until that turn has ended. */
  async watch(
    principal: Principal,
    place: { epoch: string | null; since: number | null; offset: number | null },
    turnId: number | null,
    ticket: { jti: string; exp: number } | null = null,
  ): Promise<Outcome<ReadableStream<Uint8Array>>> {
    const may = allows(this.#journal, principal, "conversation.read");
    if (!may.ok) return may;
    if (ticket && !this.#journal.spendTicket(ticket.jti, ticket.exp)) return TICKET_SPENT;
    if (this.#audience.ofUser(principal.user_id).length >= LIMITS.socketsPerUser)
      return refuse("rate_limited", "You have too many connections open here.", { retry_after_ms: 5_000 });
    const identity = await this.#logins.enter(principal);
    if (!identity.ok) return identity;
    const stream = new EventStream({
      principal,
      epoch: may.value.epoch,
      clock: this.#clock,
      untilTurn: turnId,
      proof: (id, n) => this.#audience.proof(id, n),
      gone: (id) => this.#audience.remove(id),
    });
    const turn = place.since !== null && place.offset !== null ? this.#journal.turnAt(place.since) : null;
    this.#open(stream, { ...place, turn, offset: place.offset ?? 0 });
    if (turnId !== null && this.#journal.turn(turnId)?.ended_at !== null) stream.close();
    return ok(stream.body);
  }

  async erase(actor: Principal): Promise<Outcome<{ erased_at: string }>> {
    const may = allows(this.#journal, actor, "conversation.delete");
    if (!may.ok) return may;
    for (const turn of this.#journal.openTurns()) this.#answering.cancel(turn.id);
    const { events } = this.#journal.commit(() => {
      this.#journal.append("conversation.erased", {});
      this.#journal.markErased();
    });
    this.#audience.publish(events);
    for (const sink of [...this.#audience.sinks()]) this.#audience.dismiss(sink.id, FAREWELL.erased);
    this.#schedule.set("erase", this.#clock.now());
    return ok({ erased_at: iso(this.#clock.now()) });
  }

  async revoke(order: Revocation): Promise<void> {
    for (const sink of this.#audience.ofUser(order.user_id))
      if (Expiry.ends(order, sink.principal)) this.#audience.dismiss(sink.id, FAREWELL.ended);
    this.#admissions.revoke((principal) => principal.user_id === order.user_id && Expiry.ends(order, principal));
    this.#logins.forget(order.user_id);
    this.#presence.changed();
  }

  // Sockets

  override onConnect(connection: Connection, _context: ConnectionContext): void {
    const admitted = this.#admissions.take(connection.id);
    if (!admitted) return connection.close(CLOSE.restart, "restart");
    try {
      this.#welcomeSocket(connection, admitted);
    } catch (error) {
      this.#log("error", "socket.fault", faultFields(error)); // partyserver would send the stack to the client
      connection.close(CLOSE.restart, "internal");
    }
  }

  #welcomeSocket(connection: Connection, { principal, cursor }: Admission): void {
    const socket = SocketSink.accept(connection, principal, this.#clock, () => this.#autoResponseAt(connection));
    this.#sockets.set(socket.id, socket);
    const crowded = this.#audience.ofUser(principal.user_id).length >= LIMITS.socketsPerUser;
    this.#open(socket, cursor);
    if (!allows(this.#journal, principal, "conversation.read").ok) this.#audience.dismiss(socket.id, FAREWELL.removed);
    if (crowded) this.#audience.dismiss(socket.id, FAREWELL.crowded);
  }

  override async onMessage(connection: Connection, message: string | ArrayBuffer | ArrayBufferView): Promise<void> {
    const socket = this.#sockets.get(connection.id);
    if (socket) await this.#reception.receive(socket, message);
  }

  override onClose(connection: Connection): void {
    this.#audience.remove(connection.id);
  }

  override onError(connection: Connection): void {
    this.onClose(connection);
  }

  /** Never throws: the platform drops an alarm that failed six times (reliability.md §2.5). */
  override async alarm(): Promise<void> {
    for (const due of this.#schedule.take()) {
      try {
        if (due === "outbox") await this.#outbox.flush();
        else if (due === "expiry") this.#expiry.plan();
        else if (due === "turn") this.#beat();
        else if (due === "erase") await this.#eraseAll();
      } catch (error) {
        this.#log("error", "alarm.fault", { due, ...faultFields(error) });
        this.#schedule.set(due, this.#clock.now() + 5_000);
      }
    }
    this.#schedule.rearm();
  }

  get #id(): number {
    return this.#journal.head?.id ?? 0;
  }

  /** Where a viewer stands who has seen all that is stored. */
  #now(): Cursor {
    const open = this.#journal.openTurns()[0];
    const offset = open ? this.#journal.text(open.id).length : 0;
    return { epoch: this.#journal.head?.epoch ?? null, since: this.#journal.seq, turn: open?.id ?? null, offset };
  }

  /** Welcome, what was missed, then live: in one turn of the event loop, so that nothing slips between. */
  #open(sink: Sink, cursor: Cursor): void {
    const missed = this.#replay(cursor);
    this.#audience.add(sink);
    this.#audience.tell(sink.id, [
      welcome(this.#journal, this.#presence, sink.principal, missed.mode),
      ...missed.frames,
    ]);
    this.#presence.changed();
    this.#expiry.plan();
  }

  /** The user's object stops pushing revocations here once the user's last connection is gone. */
  #gone(sink: Sink): void {
    const userId = sink.principal.user_id;
    this.#sockets.delete(sink.id);
    this.#log("info", "connection.closed", { user: userId, ms: this.#clock.now() - sink.since });
    this.#presence.left(userId);
    this.#presence.changed();
    this.#expiry.plan();
    if (this.#admissions.expects(userId) || this.#audience.ofUser(userId).length > 0) return;
    this.ctx.waitUntil(
      this.#logins.leave(userId).catch((error: unknown) => this.#log("warn", "leave.failed", faultFields(error))),
    );
  }

  #replay(cursor: Cursor): Replay {
    const open = this.#journal.openTurns()[0];
    const unrecovered = open?.state === "running" ? { turnId: open.id, text: this.#journal.text(open.id) } : null;
    return replay(this.#journal, this.#answering.running ?? unrecovered, cursor);
  }

  #publish(events: StoredEvent[]): void {
    this.#audience.publish(events);
    this.#outbox.touched();
  }

  #markRead(userId: number, messageId: number): boolean {
    const rose = this.#journal.markRead(userId, Math.min(messageId, this.#journal.lastMessageId));
    if (rose) this.#outbox.touched();
    return rose;
  }

  #heartbeat(running: boolean): void {
    if (running) this.#schedule.set("turn", this.#clock.now() + HEARTBEAT_MS);
    else this.#schedule.clear("turn");
  }

  #beat(): void {
    this.#answering.pump();
    if (this.#journal.openTurns().length > 0) this.#heartbeat(true);
  }

  async #carryOut(socket: SocketSink, command: Command): Promise<Outcome<object>> {
    if (command.type !== "auth.refresh") return this.#room.command(socket.principal, command);
    const principal = await this.#authentication.ofToken(command.token, this.env);
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
    await forgetConversation(this.env.DB, this.#id);
    await this.#journal.destroy();
    this.#log("info", "conversation.erased");
  }

  #autoResponseAt(connection: Connection): number {
    return this.ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? 0;
  }
}

const TICKET_SPENT = refuse("unauthorized", "The ticket was used before.");

function configOf(env: Env) {
  const config = readConfig(env);
  if (!config.ok) throw new Error(config.error.message); // the worker refuses every request before it comes here
  return config.value;
}
