// One conversation, whole: puts journal, turns, audience and outbox together and keeps them in step. It runs wherever
// there is a storage with SQL; what belongs to the platform comes in by its host.
import type { Allowance, Allowed } from "../auth/allowance.ts";
import { Confirmations } from "../auth/confirmations.ts";
import type { LoginKeeper, Place } from "../auth/logins.ts";
import type { Principal } from "../auth/principal.ts";
import { type Clock, iso } from "../lib/clock.ts";
import { Gateways } from "../lib/gateways.ts";
import { faultFields, type Log } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import type { Model } from "../models/model.ts";
import type { ClientSignal } from "../protocol/commands.ts";
import type { Member, Conversation as PublicConversation, Role } from "../protocol/entities.ts";
import { type Outcome, ok } from "../protocol/errors.ts";
import { FAREWELL } from "../protocol/farewells.ts";
import type { Told } from "../protocol/happenings.ts";
import type { ProjectUpdate } from "../protocol/projects.ts";
import type { Measures } from "../store/metrics.ts";
import type { Change, Reached } from "../store/mirror.ts";
import { allows } from "./access.ts";
import { Answering } from "./answering.ts";
import { Audience } from "./audience.ts";
import { Broadcast } from "./broadcast.ts";
import { Calling } from "./calling.ts";
import { Entrance } from "./entrance.ts";
import { Expiry } from "./expiry.ts";
import { Filing, type Shelves } from "./filing.ts";
import { enqueue } from "./happenings.ts";
import { concerned, Inboxes } from "./inboxes.ts";
import { Interviewing } from "./interviewing.ts";
import { Inviting } from "./inviting.ts";
import { Journal } from "./journal.ts";
import { News } from "./news.ts";
import { Outbox } from "./outbox.ts";
import { Presence, type Present } from "./presence.ts";
import { type Archive, Reading } from "./reading.ts";
import { Reception } from "./reception.ts";
import { publicConversation } from "./records.ts";
import { type Related, Relating } from "./relating.ts";
import { type Cursor, type Replay, replay } from "./replay.ts";
import { Room } from "./room.ts";
import type { SocketSink } from "./sockets.ts";
import { Spending } from "./spending.ts";
import type { Head, NewConversation, StoredEvent } from "./tables.ts";
import { Titling } from "./titling.ts";
import type { Patience } from "./watchdog.ts";

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
  /** How many an interviewer asks at most. */
  interviewQuestions: number;
  resolveModel(name: string | null): Outcome<Model>;
  /** Who a token belongs to. */
  identify(token: string): Promise<Outcome<Principal>>;
  keeperOf(userId: number): Pick<LoginKeeper, "check" | "enter" | "leave"> & Allowance;
  /** Of one user everywhere; null = no limits. */
  allowed: Allowed | null;
  /** D1: each throws when it is away. */
  mirror(id: number, changes: Change[], reached: Reached, measures: Measures): Promise<void>;
  archive: Archive;
  /** Who takes part where that is decided elsewhere; null: what this belongs to is gone. */
  related(conversation: Head): Promise<Related[] | null>;
  forget(id: number): Promise<void>;
  shelves: Shelves;
  /** What has changed in the project to which this conversation belongs. Throws when it is away. */
  tellProject(project: number, updates: ProjectUpdate[]): Promise<void>;
  /** A shard of the gateway: how many there follow this conversation. Throws when it is away. */
  deliver(shard: string, conversation: number, batch: Told[]): Promise<number>;
  userName(userId: number): Promise<string | null>;
  /** A user's role as it is now; null when there is no such user, or not any more. */
  roleOf(userId: number): Promise<Role | null>;
  /** Tells a user's inbox that his list shows this conversation otherwise now. */
  tellInbox(userId: number): Promise<void>;
}

export class Conversation {
  readonly room: Room;
  readonly reading: Reading;
  readonly inviting: Inviting;
  readonly interviewing: Interviewing;
  readonly relating: Relating;
  readonly reception: Reception;
  readonly entrance: Entrance;
  readonly #host: Host;
  readonly #schedule: Schedule;
  readonly #journal: Journal;
  readonly #audience: Audience;
  readonly #presence: Presence;
  readonly #expiry: Expiry;
  readonly #logins: Confirmations;
  readonly #inboxes: Inboxes;
  readonly #outbox: Outbox;
  readonly #answering: Answering;
  readonly #titling: Titling;
  readonly broadcast: Broadcast;
  readonly filing: Filing;
  readonly calling: Calling;
  readonly #news: News;

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
      (sink) => this.entrance.gone(sink),
    );
    this.#presence = new Presence(clock, this.#audience, (signal, except) => this.broadcast.signal(signal, except), {
      nameOf: (person) => journal.members.nameOf(person),
      at: (messageId) => journal.readMark(messageId),
      write: (userId, mark) => {
        const raised = journal.members.markRead(userId, mark);
        if (raised) this.#outbox.touched();
        return raised;
      },
    });
    this.#expiry = new Expiry(clock, this.#schedule, this.#audience);
    this.#logins = new Confirmations(clock, host.place, host.keeperOf);
    this.entrance = new Entrance({
      clock,
      log,
      journal,
      audience: this.#audience,
      presence: this.#presence,
      expiry: this.#expiry,
      logins: this.#logins,
      replay: (cursor) => this.#replay(cursor),
      identify: host.identify,
      confirmed: ({ user_id, name }) => this.named(user_id, name),
      changed: () => this.#outbox.connected(),
    });
    this.#inboxes = new Inboxes(clock, log, host.tellInbox);
    this.#outbox = new Outbox({
      journal,
      clock,
      log,
      schedule: this.#schedule,
      connections: () => this.#audience.size,
      mirror: async (changes, reached, measures) => {
        await host.mirror(this.#id, changes, reached, measures);
        this.#inboxes.changed(concerned(changes, journal.members.all()));
      },
    });
    const gateways = new Gateways<Told>({
      clock,
      log,
      enqueue,
      deliver: (shard, batch) => host.deliver(shard, this.#id, batch),
      stored: journal.shards,
    });
    this.broadcast = new Broadcast({
      journal,
      gateways,
      audience: this.#audience,
      running: () => this.#answering.running ?? this.#running(),
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
      publishText: (turn, from, text) => this.broadcast.text(turn, from, text),
      viewers: () => this.broadcast.listeners,
      interviewQuestions: host.interviewQuestions,
      running: (running) => this.#heartbeat(running),
      allowance,
      answered: (turn) => this.#titling.answered(turn),
    });
    this.#news = new News({ journal, log, tellProject: host.tellProject });
    this.calling = new Calling({ journal, answering: this.#answering, clock, resolveModel, publish });
    this.filing = new Filing({ journal, clock, schedule, shelves: host.shelves });
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
      abandoned: () => this.#erase(),
      filesDropped: () => this.filing.dropped(),
    });
    this.inviting = new Inviting({ journal, clock, publish, roleOf: host.roleOf });
    this.relating = new Relating({
      journal,
      audience: this.#audience,
      answering: this.#answering,
      clock,
      related: host.related,
      publish,
      orphaned: () => this.#erase(),
    });
    this.interviewing = new Interviewing({
      journal,
      answering: this.#answering,
      clock,
      log,
      resolveModel,
      relate: () => this.relating.relate(),
      publish,
    });
    this.reception = new Reception({
      log,
      audience: this.#audience,
      presence: this.#presence,
      expired: (principal) => Expiry.expired(principal, clock.now()),
      fresh: (principal) => this.#logins.fresh(principal),
      confirm: (principal) => this.#logins.check(principal),
      refused: (code) => this.#outbox.refused(code),
      carryOut: async (socket, command) => {
        if (command.type === "auth.refresh") return this.entrance.renew(socket, command.token);
        if (command.type === "tool.result") return this.calling.takeCommand(socket.principal, command);
        return this.room.command(socket.principal, command);
      },
    });
  }

  /** After a wake: the sockets that outlived it, and whatever storage says is unfinished. */
  resume(sockets: Iterable<SocketSink>): void {
    for (const socket of sockets) this.#audience.add(socket, socket.place);
    if (this.#audience.size > 0) this.#expiry.plan();
    this.#outbox.resume();
    const { head } = this.#journal;
    if (head?.erased_at) this.#schedule.set("erase", this.#host.clock.now());
    else {
      this.#titling.resume();
      this.filing.resume();
    }
    if (this.#journal.ledger.openTurns().length === 0) return;
    this.#heartbeat(true);
    queueMicrotask(() => this.#answering.pump());
  }

  /**
   * Called with a number that D1 gave; again with the same number it changes nothing. `owner` null: when its
   * people are decided elsewhere.
   */
  async create(
    conversation: NewConversation,
    owner: Principal | null,
    members: Omit<Member, "read_id">[],
  ): Promise<PublicConversation> {
    if (this.#journal.head) return publicConversation(this.#journal.head);
    const { events } = this.#journal.commit(() => {
      this.#journal.create(conversation, crypto.randomUUID());
      const owners = owner ? [{ ...owner, role: "owner" as const }] : [];
      for (const { user_id, name, role } of [...owners, ...members]) {
        this.#journal.members.put(user_id, name, role);
        this.#journal.append("member.added", { member: { user_id, name, role, read_id: 0 } });
      }
      this.#journal.append("conversation.configured", { conversation: publicConversation(conversation) });
    });
    this.broadcast.events(events);
    this.#news.created();
    this.#outbox.touched();
    await this.relating.relate();
    await this.#outbox.flush(); // so that the list of whoever created it shows it at once
    return publicConversation(conversation);
  }

  settled(turnId: number): Promise<void> {
    return this.#answering.settled(turnId);
  }

  /** Not readable from now on; what is stored follows by alarm, as often as it takes. */
  erase(actor: Principal): Outcome<{ erased_at: string }> {
    const may = allows(this.#journal, actor, "conversation.delete");
    if (!may.ok) return may;
    this.#erase();
    return ok({ erased_at: iso(this.#host.clock.now()) });
  }

  #erase(): void {
    this.#answering.cancelAll(() => true);
    this.#titling.stop();
    const { events } = this.#journal.commit(() => {
      this.#journal.append("conversation.erased", {});
      this.#journal.markErased();
    });
    this.broadcast.events(events);
    this.#news.happened(events);
    for (const sink of [...this.#audience.sinks()]) this.#audience.dismiss(sink.id, FAREWELL.erased);
    this.#schedule.set("erase", this.#host.clock.now());
  }

  /** What is due. Never throws: the platform drops an alarm that failed six times (reliability.md §2.5). */
  async alarm(): Promise<void> {
    const { clock, log } = this.#host;
    // What waits for others comes last: an object's alarms do not overlap.
    const urgent = (due: string) => (due === "outbox" || due === "files" || due === "erase" ? 1 : 0);
    for (const due of this.#schedule.take().sort((a, b) => urgent(a) - urgent(b))) {
      try {
        if (due === "outbox") await this.#outbox.flush();
        else if (due === "expiry") this.#expiry.plan();
        else if (due === "turn") this.#beat();
        else if (due === "title") this.#titling.run();
        else if (due === "files") await this.filing.sweep();
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

  /** Who follows here through a shard of the gateway. */
  attend(shard: string, users: readonly Present[]): void {
    if (this.#journal.head) this.#presence.attend(shard, users);
  }

  /** What a user's profile says he is called. */
  named(userId: number, name: string): void {
    if (this.room.membership.rename(userId, name)) this.#presence.changed();
  }

  /** From a socket of the gateway: fire and forget, like every signal. */
  signal(principal: Principal, signal: ClientSignal): void {
    if (!allows(this.#journal, principal, "conversation.read").ok) return;
    if (signal.type === "read") this.#presence.read(principal.user_id, signal.message_id);
    else if (signal.type === "typing") this.#presence.typing(principal.user_id, principal.name, signal.on);
  }

  #publish(events: StoredEvent[]): void {
    this.broadcast.events(events);
    this.#news.happened(events);
    this.#outbox.touched();
  }

  #heartbeat(running: boolean): void {
    if (running) this.#schedule.set("turn", this.#host.clock.now() + HEARTBEAT_MS);
    else this.#schedule.clear("turn");
  }

  #beat(): void {
    this.#answering.pump();
    if (this.#journal.ledger.openTurns().length > 0) this.#heartbeat(true);
  }

  /** D1 first: an object without a trace could not find out what is left to do. */
  async #eraseAll(): Promise<void> {
    await this.#outbox.flush(); // a batch on its way would bring back what is being deleted
    const members = this.#journal.members.all();
    await this.filing.discardAll();
    await this.#host.forget(this.#id);
    this.#inboxes.changed(members.map(({ user_id }) => user_id));
    await this.#journal.destroy();
    this.#host.log("info", "conversation.erased");
  }
}
