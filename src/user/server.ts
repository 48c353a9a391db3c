// The user's object: an adapter that gives the rules of sessions.ts a storage, an alarm and RPC methods.
import { Server } from "partyserver";
import type { Allowance, Allowed } from "../auth/allowance.ts";
import type { Grant, Identity, KnownPerson, Login, LoginKeeper, Place, Refreshed } from "../auth/logins.ts";
import { requireConfig } from "../env.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog, faultFields } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import type { Outcome } from "../protocol/errors.ts";
import { mirrorSessions } from "../store/login-sessions.ts";
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
    await this.env.CONVERSATION.getByName(place.name).revoke(order);
  });

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#arm();
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
      this.#log("warn", "refresh token reused: every login ended", { sid: refreshed.sid });
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

  /** Never throws: the platform drops an alarm that failed six times (reliability.md §2.5). */
  override async alarm(): Promise<void> {
    await Promise.all(
      this.#schedule.take().map((name) => this.#work(name === "revoke" ? this.#revocations : this.#mirror)),
    );
    this.#arm();
    this.#schedule.rearm();
  }

  /** Sent at once; the alarm is for what did not arrive. It would come too late behind a slow database. */
  #revoked(): void {
    this.#arm();
    this.ctx.waitUntil(this.#work(this.#revocations).then(() => this.#arm()));
  }

  async #work(outbox: Mirror | Revocations): Promise<void> {
    await outbox.flush().catch((error: unknown) => this.#log("warn", "put off", faultFields(error)));
  }

  /** Makes due what the tables say is due. */
  #arm(): void {
    const revoke = this.#revocations.nextDue();
    if (revoke !== null) this.#schedule.set("revoke", revoke);
    const mirror = this.#mirror.nextDue();
    if (mirror !== null) this.#schedule.soonest("mirror", mirror);
  }
}
