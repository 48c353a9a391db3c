// One shard of the gateway, whole: puts engine, sockets, rooms and errands together and keeps them in step. It runs
// wherever there is a storage with SQL; what belongs to the platform comes in by its host.
import { PacketType } from "socket.io-parser";
import type { Revocation } from "../auth/logins.ts";
import { Bucket } from "../lib/bucket.ts";
import { iso } from "../lib/clock.ts";
import { faultFields } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import { Serial } from "../lib/serial.ts";
import { type ErrorBody, type Outcome, refuse } from "../protocol/errors.ts";
import type { Farewell, Followed } from "../protocol/happenings.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Report } from "../store/metrics.ts";
import { idleTimeout } from "../vocabularies/file-rooms.ts";
import { admissible } from "../vocabularies/payload.ts";
import { SPOKEN, VOCABULARIES, type VocabularyName } from "../vocabularies/registry.ts";
import type { Answer, Ask, Vocabulary, Wire } from "../vocabularies/vocabulary.ts";
import { Engine } from "./engine.ts";
import type { Data } from "./engine-packet.ts";
import { type Conversations, Errands } from "./errands.ts";
import { Headcount } from "./headcount.ts";
import { Idle } from "./idle.ts";
import { GATEWAY } from "./limits.ts";
import type { Pipe } from "./line.ts";
import { type ProjectDoor, Projects } from "./projects.ts";
import { Reception, type ReceptionOptions } from "./reception.ts";
import { Recovery, type Shards } from "./recovery.ts";
import { type Follower, Rooms } from "./rooms.ts";
import { type Admitted, eventFrame, type Heard, Sockets } from "./sockets.ts";
import { GatewayTables, type SocketRecord } from "./tables.ts";

export interface GatewayHost extends ReceptionOptions {
  storage: DurableObjectStorage;
  /** 0: nobody is sent away for saying nothing. */
  idleMs: number;
  conversations: Conversations;
  project(id: number): ProjectDoor;
  shards: Shards;
  /** To the metrics. Throws when D1 is away. */
  report(report: Report): Promise<void>;
}

export class Gateway {
  readonly engine: Engine;
  readonly rooms: Rooms;
  readonly projects: Projects;
  readonly recovery: Recovery;
  readonly #host: GatewayHost;
  readonly #schedule: Schedule;
  readonly #sockets: Sockets;
  readonly #errands: Errands;
  readonly #reception: Reception;
  readonly #idle: Idle;
  readonly #headcount: Headcount;
  readonly #serial = new Serial();
  readonly #rates = new WeakMap<SocketRecord, Bucket>();

  constructor(host: GatewayHost) {
    const { clock, shard, conversations } = host;
    this.#host = host;
    this.#schedule = new Schedule(host.storage, clock);
    const tables = new GatewayTables(host.storage);
    this.engine = new Engine(clock, shard, {
      message: (session, data) => this.#sockets.message(session, data),
      closed: (session) => this.#sockets.closed(session),
      silent: (session) => this.#sockets.silent(session),
      beats: () => this.#plan(),
      passed: (session, way, data) => host.log("debug", `packet.${way}`, packetFields(session, data)),
    });
    this.#reception = new Reception(host);
    this.#sockets = new Sockets(clock, shard, this.engine, tables, {
      admit: (namespace, auth, caller) => this.#reception.admit(namespace, auth, caller),
      recover: (...asked) => this.recovery.recover(...asked),
      connected: (socket, newcomer) => this.#connected(socket, newcomer),
      heard: (socket, heard) => this.#heard(socket, heard),
      lost: (socket, asleep) => this.#lost(socket, asleep),
      left: (socket) => this.#left(socket),
      fault: (error) => host.log("error", "connect.fault", faultFields(error)),
    });
    this.rooms = new Rooms({
      tables,
      sockets: this.#sockets,
      missed: (conversation, since) => conversations.door(conversation).missed(since),
      attended: (conversation, sockets) => this.#attended(conversation, sockets),
      shownOut: (...out) => this.#shownOut(...out),
      sentBy: (socket, happening) => this.#errands.sentBy(socket, happening),
    });
    this.projects = new Projects({ shard, tables, sockets: this.#sockets, door: host.project });
    const { rooms, projects } = this;
    const connections = () => this.engine.size;
    this.#headcount = new Headcount({ clock, shard, tables, connections, report: (report) => host.report(report) });
    this.#idle = new Idle({ clock, afterMs: host.idleMs, sockets: this.#sockets, rooms, projects });
    this.#errands = new Errands({
      clock,
      shard,
      conversations,
      rooms: this.rooms,
      projects: this.projects,
      sockets: this.#sockets,
      joined: (socket, follower, followed, ask) => this.#joined(socket, follower, followed, ask),
    });
    this.recovery = new Recovery({
      ...host,
      tables,
      rooms: this.rooms,
      projects: this.projects,
      sockets: this.#sockets,
      shownOut: (...out) => this.#shownOut(...out),
    });
  }

  /** After a wake: the WebSockets that outlived it. */
  wake(pipes: readonly Pipe[]): void {
    for (const pipe of pipes) this.engine.adopt(pipe);
    this.rooms.wake();
    this.projects.wake();
    this.#sockets.wake();
    this.#plan();
  }

  /** Ends the sockets of a login. */
  revoke(order: Revocation): void {
    for (const socket of [...this.#sockets.all()])
      if (this.#reception.ends(order, socket.principal)) this.#expire(socket);
    this.#reception.forget(order.user_id);
  }

  /** What is due. Never throws: the platform drops an alarm that failed six times. */
  async alarm(): Promise<void> {
    for (const due of this.#schedule.take()) {
      try {
        if (due === "ping") this.engine.tick();
        if (due === "headcount") this.#tellHeadcount();
        if (due === "forget") this.#sockets.forgetGone();
        if (due === "idle") this.#dismissIdle();
        if (due === "expiry") this.#expireAll();
        this.recovery.trim();
      } catch (error) {
        this.#host.log("error", "alarm.fault", { due, ...faultFields(error) });
      }
    }
    this.#plan();
    this.#schedule.rearm();
  }

  /** One alarm for the shard, none when there is nobody. All follows from what is stored: after a sleep it is the same. */
  #plan(): void {
    const sockets = [...this.#sockets.all()];
    const gone = sockets.flatMap((socket) => socket.gone ?? []);
    this.#planOne("ping", this.engine.pingDue ?? Number.POSITIVE_INFINITY);
    this.#planOne("headcount", this.#headcount.due);
    this.#planOne("forget", Math.min(...gone) + GATEWAY.recoveryMs);
    this.#planOne("idle", this.#idle.due);
    this.#planOne("expiry", Math.min(...sockets.map(({ principal }) => principal.exp * 1000)));
  }
  #planOne(name: string, at: number): void {
    if (Number.isFinite(at)) this.#schedule.set(name, at);
    else this.#schedule.clear(name);
  }

  /** Nobody waits for it: pings go on while D1 does not answer. */
  #tellHeadcount(): void {
    this.#headcount
      .tell()
      .catch((error: unknown) => this.#host.log("warn", "headcount.failed", faultFields(error)))
      .finally(() => this.#plan());
  }

  #connected(socket: SocketRecord, newcomer: Admitted | null): void {
    this.#plan();
    if (newcomer) this.#greet(socket, newcomer);
    else for (const { names } of this.rooms.of(socket.id)) this.rooms.attendance(names.conversation_id);
  }

  #greet(socket: SocketRecord, newcomer: Admitted): void {
    for (const { event, payload } of this.#reception.greeting(socket.namespace, newcomer))
      this.#sockets.emit(socket, event, payload);
    if (socket.interview === null) return;
    const ask: Ask = { do: "join", target: { by: "conversation", id: socket.interview } };
    this.#serially(socket, () => this.#carryOut(socket, VOCABULARIES.interview, "connect", undefined, ask, null));
  }

  #heard(socket: SocketRecord, heard: Heard): void {
    const rate = this.#rates.get(socket) ?? this.#newRate();
    this.#rates.set(socket, rate);
    if (rate.take() > 0) {
      this.#sockets.emit(socket, "error", { message: "Too many events: slow down." });
      return this.engine.close(socket.session, "flood");
    }
    this.#serially(socket, () => this.#understand(socket, heard));
  }

  async #understand(socket: SocketRecord, { event, args, acknowledge }: Heard): Promise<void> {
    const payload = args[0];
    const taken = admissible(payload, socket.principal.user_id);
    for (const name of this.#spoken(socket)) {
      const vocabulary = VOCABULARIES[name];
      const heard = this.#read(socket, vocabulary, event, payload);
      if (!heard) continue;
      const asked = taken.ok ? heard : taken;
      if (asked.ok) return this.#carryOut(socket, vocabulary, event, payload, asked.value, acknowledge);
      return this.#refuse(socket, vocabulary, event, payload, null, asked.error, acknowledge);
    }
    this.#sockets.emit(socket, "error", { message: `Unknown event: ${event.slice(0, 100)}` });
    acknowledge?.({ ok: false, error: { code: "unsupported", message: "Unknown event" } });
  }

  /** A vocabulary that breaks on it has done nothing yet. */
  #read(socket: SocketRecord, vocabulary: Spoken, event: string, payload: unknown): ReturnType<Vocabulary["hear"]> {
    try {
      return vocabulary.hear(event, payload, { session: session(socket) });
    } catch (fault) {
      return this.#fault(
        socket,
        fault,
        `${event.slice(0, 100)} was not understood and nothing was done. Send it again.`,
      );
    }
  }

  async #carryOut(
    socket: SocketRecord,
    vocabulary: Spoken,
    event: string,
    payload: unknown,
    ask: Ask,
    acknowledge: Heard["acknowledge"],
  ): Promise<void> {
    const outcome = await this.#asked(socket, vocabulary, ask).catch((fault: unknown) => this.#fault(socket, fault));
    if (!outcome) return this.#expire(socket);
    if (!outcome.ok) return this.#refuse(socket, vocabulary, event, payload, ask, outcome.error, acknowledge);
    acknowledge?.({ ok: true, ...acknowledged(outcome.value) });
    if (outcome.value.did !== "joined") this.#emit(socket, vocabulary.reply(ask, outcome.value));
    this.#planOne("idle", this.#idle.due); // what it holds may be other rooms now
  }

  /** null: the login has ended. */
  async #asked(socket: SocketRecord, { name }: Spoken, ask: Ask): Promise<Outcome<Answer> | null> {
    const allowed = await this.#reception.confirm(socket.principal);
    return allowed.ok ? this.#errands.run(socket, name, ask) : null;
  }

  #refuse(
    socket: SocketRecord,
    vocabulary: Vocabulary,
    event: string,
    payload: unknown,
    ask: Ask | null,
    error: ErrorBody,
    acknowledge: Heard["acknowledge"],
  ): void {
    this.#emit(socket, vocabulary.refuse(event, payload, ask, error));
    acknowledge?.({ ok: false, error });
  }

  /** The joiner at once has the answer so far, then what is delivered. */
  #joined(socket: SocketRecord, follower: Follower, followed: Followed, ask: Ask): void {
    const vocabulary = VOCABULARIES[follower.vocabulary];
    // Who has had only a part of the answer so far stands nowhere from which it could go on.
    const from = followed.told.length === 0 ? { place: followed.place, done: 0 } : null;
    if (socket.pid !== null) this.rooms.begin(follower, from);
    if (ask.do === "join") this.#emit(socket, vocabulary.reply(ask, { did: "joined", names: follower.names }));
    for (const args of this.rooms.enter(follower, socket, followed, from))
      this.#sockets.transmit(socket, eventFrame(socket.namespace, socket.pid === null ? args.slice(0, 2) : args));
  }

  #emit(socket: SocketRecord, wires: readonly Wire[]): void {
    for (const { event, payload } of wires) this.#sockets.emit(socket, event, payload);
  }

  /** With a DISCONNECT: a client that nobody uses does not come back by itself. */
  #dismissIdle(): void {
    for (const socket of this.#idle.over()) {
      this.#emit(socket, [idleTimeout(this.#host.idleMs)]);
      this.#sockets.dismiss(socket);
    }
  }

  #expireAll(): void {
    const now = this.#host.clock.now();
    for (const socket of [...this.#sockets.all()]) if (socket.principal.exp * 1000 <= now) this.#expire(socket);
  }

  /** A stock client comes back by itself with its current `auth`; a revoked one is refused there. */
  #expire(socket: SocketRecord): void {
    this.#sockets.emit(socket, "error", { message: "Session expired" });
    this.#sockets.expel(socket);
  }

  /** A socket that was opened for this interview is of no more use: coming back, it is told whether there is one. */
  #shownOut(socket: SocketRecord, { vocabulary, names }: Follower, farewell: Farewell): void {
    this.#emit(socket, VOCABULARIES[vocabulary].shownOut(farewell, names));
    if (socket.interview === names.conversation_id) this.#sockets.expel(socket);
  }

  /** Coming back as a new one, it is told there how the answers ended for which it waits. */
  #lost({ id, principal }: SocketRecord, asleep: boolean): void {
    this.#plan();
    const { conversations, log } = this.#host;
    for (const { names } of this.rooms.of(id)) {
      this.rooms.attendance(names.conversation_id);
      conversations
        .door(names.conversation_id)
        .lost(principal.user_id, id, asleep)
        .catch((error: unknown) => log("warn", "lost.failed", faultFields(error)));
    }
  }

  #left(socket: SocketRecord): void {
    for (const follower of this.rooms.of(socket.id)) this.rooms.unfollow(follower);
    this.projects.forget(socket.id);
    const { user_id } = socket.principal;
    const others = [...this.#sockets.all()].some((other) => other.principal.user_id === user_id);
    if (!others) this.#reception.left(user_id);
  }

  /** Tells the conversation who is here: people, once each, whose transport is up. */
  #attended(conversation: number, sockets: readonly string[]): void {
    const people = new Map<number, string>();
    for (const id of sockets) {
      const socket = this.#sockets.get(id);
      if (socket?.gone === null) people.set(socket.principal.user_id, socket.principal.name);
    }
    const since = iso(this.#host.clock.now());
    const users = [...people].map(([user_id, name]) => ({ user_id, name, since }));
    const { conversations, shard, log } = this.#host;
    conversations
      .door(conversation)
      .attend(shard, users)
      .catch((error: unknown) => log("warn", "attend.failed", faultFields(error)));
  }

  #serially(socket: SocketRecord, task: () => Promise<void>): void {
    this.#serial.run(socket.id, task).catch((error: unknown) => {
      this.#sockets.emit(socket, "error", { message: this.#fault(socket, error).error.message });
    });
  }

  #fault(socket: SocketRecord, fault: unknown, so = "Try again."): { ok: false; error: ErrorBody } {
    this.#host.log("error", "event.fault", { user: socket.principal.user_id, ...faultFields(fault) });
    return refuse("internal", `Something went wrong on our side. ${so}`);
  }

  #spoken(socket: SocketRecord): readonly VocabularyName[] {
    if (socket.interview !== null) return SPOKEN.interview;
    return socket.namespace === "/" ? SPOKEN["/"] : SPOKEN["/assistant/realtime"];
  }

  #newRate(): Bucket {
    const { perSecond, burst } = LIMITS.socketCommands;
    // A client that has just come joins all its rooms at once.
    return new Bucket(this.#host.clock, perSecond, burst + GATEWAY.follows);
  }
}

/** Whoever knows a whole session id may speak for it. */
const packetFields = (session: string, data: Data) => ({
  session: session.slice(0, 8),
  type: typeof data === "string" ? PacketType[Number(data.charAt(0))] : "ATTACHMENT",
  size: data.length,
});

type Spoken = (typeof VOCABULARIES)[VocabularyName];

const session = ({ interview }: SocketRecord) =>
  interview === null ? null : ({ by: "conversation", id: interview } as const);

/** The acknowledgement's fields: what was done, by the numbers that the protocol gives. */
function acknowledged(answer: Answer): object {
  const { did: _, ...fields } = answer;
  const { names, ...rest } = "names" in fields ? fields : { names: null, ...fields };
  return { ...(names ? { conversation_id: names.conversation_id } : {}), ...rest };
}
