// The user's object: an adapter that gives the rules of logins, spending and the inbox a storage, sockets, an alarm and RPC
// methods.
import { type Connection, Server } from "partyserver";
import type { Allowance, Allowed } from "../auth/allowance.ts";
import type { Grant, Identity, KnownPerson, Login, LoginKeeper, Place, Refreshed } from "../auth/logins.ts";
import { requireConfig } from "../env.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog, faultFields } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import { CLOSE, type Outcome } from "../protocol/errors.ts";
import { mirrorSessions } from "../store/login-sessions.ts";
import { Inbox } from "./inbox.ts";
import { InboxSocket } from "./inbox-socket.ts";
import { Mirror } from "./mirror.ts";
import { Revocations } from "./revocations.ts";
import { type ListedSession, Sessions } from "./sessions.ts";
import { Spending } from "./spending.ts";
import { UserTables } from "./tables.ts";

export class UserServer extends Server<Env> implements LoginKeeper, Allowance {
  static override options = { hibernate: true };

  #log = createLog(requireConfig(this.env).LOG_LEVEL, { object: "user", user: this.ctx.id.name });
  #schedule = new Schedule(this.ctx.storage, systemClock);
  #tables = new UserTables(this.ctx.storage);
  #sessions = new Sessions(this.#tables, systemClock);
  #spending = new Spending(this.#tables, systemClock);
  #mirror = new Mirror(this.#tables, systemClock, (rows) => mirrorSessions(this.env.DB, rows));
  #revocations = new Revocations(this.#tables, systemClock, async (place, order) => {
    const objects = place.kind === "gateway" ? this.env.GATEWAY : this.env.CONVERSATION;
    await objects.getByName(place.name).revoke(order);
  });
  #inbox = new Inbox({
    clock: systemClock,
    schedule: this.#schedule,
    sessions: this.#sessions,
    tables: this.#tables,
    sockets: () => [...this.getConnections()].map((connection) => this.#socket(connection)),
  });

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    this.#arm();
    this.#inbox.check();
  }

  async check(login: Login): Promise<Outcome<Identity>> {
    return this.#sessions.check(login);
  }

  async enter(login: Login, place: Place): Promise<Outcome<Identity>> {
    return this.#sessions.enter(login, place);
  }

  async leave(place: Place): Promise<void> {
    this.#sessions.leave(place);
  }

  async borrow(place: string, until: number, allowed: Allowed): Promise<Outcome<null>> {
    return this.#spending.borrow(place, until, allowed);
  }

  async settle(place: string, tokens: number): Promise<void> {
    this.#spending.settle(place, tokens);
  }

  async charge(tokens: number, allowed: Allowed): Promise<Outcome<null>> {
    return this.#spending.charge(tokens, allowed);
  }

  /** Who this is; null while the object does not know the user. */
  async profile(): Promise<KnownPerson | null> {
    return this.#sessions.profile();
  }

  async enrol(person: KnownPerson): Promise<void> {
    this.#sessions.enrol(person);
    this.#revoked();
  }

  async begin(person: KnownPerson, device: string | null): Promise<Outcome<Grant>> {
    const grant = this.#sessions.begin(person, device);
    this.#revoked();
    return grant;
  }

  async refresh(token: string, requestId: string | null): Promise<Refreshed> {
    const refreshed = this.#sessions.refresh(token, requestId);
    if (refreshed.state === "reused") {
      this.#log("warn", "refresh.reused", { sid: refreshed.sid });
      this.#revoked();
    }
    this.#arm();
    return refreshed;
  }

  async sessions(): Promise<ListedSession[]> {
    return this.#sessions.list();
  }

  async end(sid: string): Promise<boolean> {
    const ended = this.#sessions.end(sid);
    this.#revoked();
    return ended;
  }

  async endOthers(sid: string | null): Promise<void> {
    this.#sessions.endOthers(sid);
    this.#revoked();
  }

  async endAll(): Promise<void> {
    this.#sessions.endAll();
    this.#revoked();
  }

  // The inbox

  /** Before a socket is accepted (fetch): what is answered lets exactly one in. */
  async admit(...[principal, ticket]: Parameters<Inbox["admit"]>): Promise<Outcome<{ key: string }>> {
    return this.#inbox.admit(principal, ticket);
  }

  /** Told by a conversation of which the user is, or was, a member. */
  async inboxChanged(conversationId: number): Promise<void> {
    this.#inbox.changed(conversationId);
  }

  override onConnect(connection: Connection): void {
    const principal = this.#inbox.admitted(connection.id);
    if (!principal) return connection.close(CLOSE.restart, "restart");
    InboxSocket.attach(connection, principal, systemClock.now());
    this.#inbox.enter(this.#socket(connection));
  }

  override onMessage(connection: Connection): void {
    this.#inbox.received(this.#socket(connection));
  }

  override onClose(connection: Connection): void {
    this.#inbox.left(connection.id);
  }

  override onError(connection: Connection): void {
    this.onClose(connection);
  }

  /** Never throws: the platform drops an alarm that failed six times (reliability.md §2.5). */
  override async alarm(): Promise<void> {
    const due = this.#schedule.take();
    if (due.includes("inbox")) this.#inbox.check();
    await Promise.all([due.includes("revoke") && this.#send("revoke"), due.includes("mirror") && this.#send("mirror")]);
    this.#arm();
    this.#schedule.rearm();
  }

  /** Sent at once; the alarm is for what did not arrive. It would come too late behind a slow database. */
  #revoked(): void {
    this.#inbox.check();
    this.#arm();
    this.ctx.waitUntil(this.#send("revoke").then(() => this.#arm()));
  }

  #socket(connection: Connection): InboxSocket {
    return new InboxSocket(connection, this.ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? 0);
  }

  /** What fails is put off: the tables say until when. */
  async #send(what: "revoke" | "mirror"): Promise<void> {
    const outbox = what === "revoke" ? this.#revocations : this.#mirror;
    await outbox.flush().catch((error: unknown) => this.#log("warn", `${what}.failed`, faultFields(error)));
  }

  /** Makes due what the tables say is due. */
  #arm(): void {
    const revoke = this.#revocations.nextDue();
    if (revoke !== null) this.#schedule.set("revoke", revoke);
    const mirror = this.#mirror.nextDue();
    if (mirror !== null) this.#schedule.soonest("mirror", mirror);
  }
}
