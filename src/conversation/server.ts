// The conversation's Durable Object: gives a conversation its sockets, storage, alarm and RPC methods, and decides
// nothing. State loads in the constructor, since an RPC call does not run partyserver's onStart.
import { type Connection, Server } from "partyserver";
import type { Revocable, Revocation } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import { faultFields } from "../lib/log.ts";
import type { ClientSignal } from "../protocol/commands.ts";
import { CLOSE, type Outcome } from "../protocol/errors.ts";
import type { Replies } from "../protocol/frames.ts";
import type { Place as HappeningPlace, Told } from "../protocol/happenings.ts";
import type { ConversationListItem, MessagePosted, TurnListItem } from "../protocol/rest.ts";
import { SocketSink } from "./audience/sockets.ts";
import { Conversation } from "./conversation.ts";
import { hostOf } from "./host.ts";
import type { Inviting } from "./people/inviting.ts";
import type { HistoryRequest } from "./reading.ts";
import type { RoomCommand, RoomReply } from "./room.ts";
import type { Outgoing } from "./turns/asking.ts";
import type { Interviewing, InterviewState } from "./turns/interviewing.ts";

export class ConversationServer extends Server<Env> implements Revocable {
  static override options = { hibernate: true };

  #host = hostOf(this.ctx, this.env);
  #conversation = new Conversation(this.#host);
  #sockets = new Map<string, SocketSink>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    this.#conversation.resume([...this.getConnections()].map((connection) => this.#remember(connection)));
  }

  // RPC, called by the worker with a principal that it verified

  async create(...[conversation, owner, members]: Parameters<Conversation["create"]>) {
    return this.#conversation.create(conversation, owner, members);
  }

  async admit(...[principal, cursor, ticket]: Parameters<Conversation["entrance"]["admit"]>) {
    return this.#conversation.entrance.admit(principal, cursor, ticket);
  }

  async watch(...[principal, place, turnId, ticket]: Parameters<Conversation["entrance"]["watch"]>) {
    return this.#conversation.entrance.watch(principal, place, turnId, ticket);
  }

  async command(actor: Principal, command: RoomCommand): Promise<Outcome<RoomReply>> {
    return this.#conversation.room.command(actor, command);
  }

  async send(actor: Principal, message: Outgoing): Promise<Outcome<Replies["message.send"]>> {
    return this.#conversation.room.asking.send(actor, message);
  }

  async retryTurn(actor: Principal, turnId: number, model: string | undefined): Promise<Outcome<{ turn_id: number }>> {
    return this.#conversation.room.asking.retryTurn(actor, turnId, model);
  }

  async history(actor: Principal, query: HistoryRequest): Promise<Outcome<Replies["history"]>> {
    return this.#conversation.reading.history(actor, query);
  }

  async describe(actor: Principal): Promise<Outcome<ConversationListItem>> {
    return this.#conversation.reading.describe(actor);
  }

  async turns(actor: Principal, before: number | null, limit: number): Promise<Outcome<TurnListItem[]>> {
    return this.#conversation.reading.turns(actor, before, limit);
  }

  /** A message with its turn and answer; with `wait` when that turn has ended. */
  async outcome(
    actor: Principal,
    messageId: number,
    turnId: number | null,
    wait: boolean,
  ): Promise<Outcome<MessagePosted>> {
    if (wait && turnId !== null) await this.#conversation.settled(turnId);
    return this.#conversation.reading.outcome(actor, messageId, turnId);
  }

  async invite(...[actor, wish]: Parameters<Inviting["make"]>) {
    return this.#conversation.inviting.make(actor, wish);
  }

  async invitations(actor: Principal) {
    return this.#conversation.inviting.list(actor);
  }

  async revokeInvitation(actor: Principal, id: number) {
    return this.#conversation.inviting.revoke(actor, id);
  }

  async seeInvitation(actor: Principal, code: string) {
    return this.#conversation.inviting.see(actor, code);
  }

  async join(actor: Principal, code: string) {
    return this.#conversation.inviting.join(actor, code);
  }

  async openInterview(actor: Principal, entityId: number | null): Promise<Outcome<InterviewState>> {
    return this.#conversation.interviewing.open(actor, entityId);
  }

  async finishInterview(actor: Principal) {
    return this.#conversation.interviewing.finish(actor);
  }

  async summary(...[actor, entityId]: Parameters<Interviewing["summary"]>) {
    return this.#conversation.interviewing.summary(actor, entityId);
  }

  async changeSummary(...[actor, entityId, change]: Parameters<Interviewing["changeSummary"]>) {
    return this.#conversation.interviewing.changeSummary(actor, entityId, change);
  }

  async signSummary(...[actor, entityId, messageId]: Parameters<Interviewing["signSummary"]>) {
    return this.#conversation.interviewing.signSummary(actor, entityId, messageId);
  }

  /** Whoever decides who takes part here has changed that. */
  async relate(): Promise<void> {
    await this.#conversation.relating.relate();
  }

  /** The user's profile says another name now. */
  async rename(userId: number, name: string): Promise<void> {
    this.#conversation.named(userId, name);
  }

  async shelve(...[actor, files, base]: Parameters<Conversation["filing"]["shelve"]>) {
    return this.#conversation.filing.shelve(actor, files, base);
  }

  async openFile(...[by, fileId]: Parameters<Conversation["filing"]["open"]>) {
    return this.#conversation.filing.open(by, fileId);
  }

  async linkFile(actor: Principal, fileId: number) {
    return this.#conversation.filing.link(actor, fileId);
  }

  // RPC, called by the gateway with a principal that it verified

  async follow(...[principal, shard, since]: Parameters<Conversation["broadcast"]["follow"]>) {
    return this.#conversation.broadcast.follow(principal, shard, since);
  }

  async missed(since: HappeningPlace): Promise<Told[] | null> {
    return this.#conversation.broadcast.missed(since);
  }

  async attend(...[shard, users]: Parameters<Conversation["attend"]>): Promise<void> {
    this.#conversation.attend(shard, users);
  }

  async lost(...[userId, line, asleep]: Parameters<Conversation["lost"]>): Promise<void> {
    this.#conversation.lost(userId, line, asleep);
  }

  async signal(actor: Principal, signal: ClientSignal): Promise<void> {
    this.#conversation.signal(actor, signal);
  }

  async takeResult(...[actor, returned]: Parameters<Conversation["calling"]["take"]>) {
    return this.#conversation.calling.take(actor, returned);
  }

  async stop(actor: Principal): Promise<Outcome<object>> {
    const { room, calling } = this.#conversation;
    return room.asking.stop(actor) ?? calling.giveUp(actor);
  }

  async erase(actor: Principal): Promise<Outcome<{ erased_at: string }>> {
    return this.#conversation.erasing.request(actor);
  }

  async revoke(order: Revocation): Promise<void> {
    this.#conversation.entrance.revoke(order);
  }

  // Sockets and the alarm

  override onConnect(connection: Connection): void {
    const admitted = this.#conversation.entrance.admitted(connection.id);
    if (!admitted) return connection.close(CLOSE.restart, "restart");
    try {
      SocketSink.attach(connection, admitted.principal, this.#host.clock);
      this.#conversation.entrance.enter(this.#remember(connection), admitted.cursor);
    } catch (error) {
      this.#host.log("error", "socket.fault", faultFields(error)); // partyserver would send the stack to the client
      connection.close(CLOSE.restart, "internal");
    }
  }

  override async onMessage(connection: Connection, message: string | ArrayBuffer | ArrayBufferView): Promise<void> {
    const socket = this.#sockets.get(connection.id);
    if (socket) await this.#conversation.reception.receive(socket, message);
  }

  override onClose(connection: Connection): void {
    this.#sockets.delete(connection.id);
    this.#conversation.entrance.leave(connection.id);
  }

  override onError(connection: Connection): void {
    this.onClose(connection);
  }

  override async alarm(): Promise<void> {
    await this.#conversation.alarm();
  }

  #remember(connection: Connection): SocketSink {
    const autoResponseAt = () => this.ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? 0;
    const socket = new SocketSink(connection, this.#host.clock, this.#host.log, autoResponseAt);
    this.#sockets.set(connection.id, socket);
    return socket;
  }
}
