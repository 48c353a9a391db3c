// One conversation, whole: puts journal, turns, audience and outbox together and keeps them in step. It runs wherever
// there is a storage with SQL; what belongs to the platform comes in by its host.
import { Confirmations } from "../auth/confirmations.ts";
import type { Principal } from "../auth/principal.ts";
import { Gateways } from "../lib/gateways.ts";
import { faultFields } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import type { ClientSignal } from "../protocol/commands.ts";
import type { Member, Conversation as PublicConversation } from "../protocol/entities.ts";
import type { Told } from "../protocol/happenings.ts";
import { Audience } from "./audience/audience.ts";
import { Broadcast } from "./audience/broadcast.ts";
import { Entrance } from "./audience/entrance.ts";
import { Expiry } from "./audience/expiry.ts";
import { enqueue } from "./audience/happenings.ts";
import { Presence, type Present } from "./audience/presence.ts";
import { Reception } from "./audience/reception.ts";
import { type Cursor, replay, storedPlace } from "./audience/replay.ts";
import type { SocketSink } from "./audience/sockets.ts";
import { Turnstile } from "./audience/turnstile.ts";
import { Erasing } from "./erasing.ts";
import { Filing } from "./filing.ts";
import type { Host } from "./host.ts";
import { Journal } from "./journal/journal.ts";
import { publicConversation } from "./journal/records.ts";
import type { NewConversation, StoredEvent } from "./journal/tables.ts";
import { concerned, Inboxes } from "./outbox/inboxes.ts";
import { News } from "./outbox/news.ts";
import { Outbox } from "./outbox/outbox.ts";
import { allows } from "./people/access.ts";
import { Inviting } from "./people/inviting.ts";
import { addMember } from "./people/membership.ts";
import { Relating } from "./people/relating.ts";
import { Reading } from "./reading.ts";
import { Room } from "./room.ts";
import { Answering } from "./turns/answering.ts";
import { Calling } from "./turns/calling.ts";
import { Interviewing } from "./turns/interviewing.ts";
import { Spending } from "./turns/spending.ts";
import { Titling } from "./turns/titling.ts";

/** While a turn runs an alarm is never further away than this: it keeps the object alive and finds dead turns. */
const HEARTBEAT_MS = 20_000;
const ALARM_RETRY_MS = 5_000;
/** Due work that waits for D1 or R2, done after all other: while one alarm runs the object gets no second one. */
const SLOW: readonly string[] = ["outbox", "files", "erase"];

export class Conversation {
  readonly room: Room;
  readonly reading: Reading;
  readonly inviting: Inviting;
  readonly interviewing: Interviewing;
  readonly relating: Relating;
  readonly reception: Reception;
  readonly entrance: Entrance;
  readonly broadcast: Broadcast;
  readonly filing: Filing;
  readonly calling: Calling;
  readonly erasing: Erasing;
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
  readonly #news: News;

  constructor(host: Host) {
    const { clock, log, resolveModel } = host;
    this.#host = host;
    const schedule = new Schedule(host.storage, clock);
    this.#schedule = schedule;
    const journal = new Journal(host.storage, clock);
    this.#journal = journal;
    const missed = (cursor: Cursor) => replay(journal, this.#answering.running, cursor);
    this.#audience = new Audience(
      clock,
      storedPlace(journal),
      (cursor) => missed(cursor).frames,
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
    this.#expiry = new Expiry(clock, schedule, this.#audience);
    this.#logins = new Confirmations(clock, host.place, host.keeperOf);
    this.entrance = new Entrance({
      clock,
      log,
      journal,
      audience: this.#audience,
      presence: this.#presence,
      expiry: this.#expiry,
      logins: this.#logins,
      replay: missed,
      identify: host.identify,
      confirmed: ({ user_id, name }) => this.named(user_id, name),
      changed: () => this.#outbox.connected(),
    });
    this.#inboxes = new Inboxes(clock, log, host.tellInbox);
    this.#outbox = new Outbox({
      journal,
      clock,
      log,
      schedule,
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
      running: () => this.#answering.running,
    });
    const publish = (events: StoredEvent[]) => this.#publish(events);
    const { allowed } = host;
    const spending = { clock, log, place: host.place.name, loanMs: host.patience.totalMs, allowanceOf: host.keeperOf };
    const allowance = allowed && new Spending({ ...spending, allowed });
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
    this.erasing = new Erasing({
      journal,
      clock,
      log,
      schedule,
      audience: this.#audience,
      answering: this.#answering,
      titling: this.#titling,
      outbox: this.#outbox,
      filing: this.filing,
      inboxes: this.#inboxes,
      tell: (events) => this.#tell(events),
      forget: host.forget,
    });
    this.room = new Room({
      journal,
      clock,
      resolveModel,
      publish,
      audience: this.#audience,
      answering: this.#answering,
      outbox: this.#outbox,
      reading: this.reading,
      titling: this.#titling,
      messagesPerMinute: host.messagesPerMinute,
      userName: host.userName,
      abandoned: () => this.erasing.begin(),
      filesDropped: () => this.filing.dropped(),
    });
    this.inviting = new Inviting({ journal, clock, outbox: this.#outbox, publish, roleOf: host.roleOf });
    this.relating = new Relating({
      journal,
      audience: this.#audience,
      answering: this.#answering,
      clock,
      related: host.related,
      publish,
      orphaned: () => this.erasing.begin(),
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
      turnstile: new Turnstile(() => journal.durable()),
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
    if (head?.erased_at) this.erasing.resume();
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
      for (const member of [...owners, ...members]) addMember(this.#journal, member);
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

  /** What is due. Never throws: the platform drops an alarm that failed six times (reliability.md §2.5). */
  async alarm(): Promise<void> {
    const { clock, log } = this.#host;
    for (const due of this.#schedule.take().sort((a, b) => SLOW.indexOf(a) - SLOW.indexOf(b))) {
      try {
        if (due === "outbox") await this.#outbox.flush();
        else if (due === "expiry") this.#expiry.plan();
        else if (due === "turn") this.#beat();
        else if (due === "title") this.#titling.run();
        else if (due === "files") await this.filing.sweep();
        else if (due === "erase") await this.erasing.finish();
      } catch (error) {
        log("error", "alarm.fault", { due, ...faultFields(error) });
        this.#schedule.set(due, clock.now() + ALARM_RETRY_MS);
      }
    }
    this.#schedule.rearm();
  }

  /** Who follows here through a shard of the gateway. */
  attend(shard: string, users: readonly Present[]): void {
    if (this.#journal.head) this.#presence.attend(shard, users);
  }

  /**
   * The line of one who followed through the gateway has broken. `asleep`: while the shard was, nobody knows when; one who is
   * here has come back since.
   */
  lost(userId: number, line: string, asleep: boolean): void {
    if (!this.#journal.head || (asleep && this.#presence.present().some(({ user_id }) => user_id === userId))) return;
    const open = this.#journal.ledger.openTurns().map(({ id }) => id);
    this.#journal.absences.note(userId, line, open);
  }

  /** What a user's profile says he is called. */
  named(userId: number, name: string): void {
    if (this.room.membership.rename(userId, name)) this.#presence.changed();
  }

  /** From a socket of the gateway: fire and forget, like every signal. */
  signal(principal: Principal, signal: ClientSignal): void {
    if (allows(this.#journal, principal, "conversation.read").ok) this.#presence.signalled(principal, signal);
  }

  get #id(): number {
    return this.#journal.head?.id ?? 0;
  }

  #publish(events: StoredEvent[]): void {
    this.#tell(events);
    this.#outbox.touched();
  }

  #tell(events: StoredEvent[]): void {
    this.broadcast.events(events);
    this.#news.happened(events);
  }

  #heartbeat(running: boolean): void {
    if (running) this.#schedule.set("turn", this.#host.clock.now() + HEARTBEAT_MS);
    else this.#schedule.clear("turn");
  }

  #beat(): void {
    this.#answering.pump();
    if (this.#journal.ledger.openTurns().length > 0) this.#heartbeat(true);
  }
}
