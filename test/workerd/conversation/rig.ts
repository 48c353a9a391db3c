// A conversation without sockets, worker and provider: the room on the storage of a real object, with a clock that the test
// moves and a model that it writes.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Principal } from "../../../src/auth/principal.ts";
import { Audience, type Sink } from "../../../src/conversation/audience/audience.ts";
import { type Cursor, type Frame, type Replay, replay } from "../../../src/conversation/audience/replay.ts";
import { Journal } from "../../../src/conversation/journal/journal.ts";
import type { StoredEvent } from "../../../src/conversation/journal/tables.ts";
import { type Archive, Reading } from "../../../src/conversation/reading.ts";
import { Room, type RoomOptions } from "../../../src/conversation/room.ts";
import { Answering } from "../../../src/conversation/turns/answering.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import type { LogFields } from "../../../src/lib/log.ts";
import type { Model, ModelPart, ModelRequest } from "../../../src/models/model.ts";
import type { MemberRole, Role } from "../../../src/protocol/entities.ts";
import type { CloseCode } from "../../../src/protocol/errors.ts";
import { Event, ServerFrame, TextFrame } from "../../../src/protocol/frames.ts";
import type { Measures } from "../../../src/store/metrics.ts";
import type { TestAlarm } from "../alarm.ts";

export const START = 1_800_000_000_000;

export class FakeClock implements Clock {
  time = START;
  timers: { at: number; fn: () => void }[] = [];
  now = () => this.time;
  after = (ms: number, fn: () => void) => {
    const timer = { at: this.time + ms, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };
  /** Runs what falls due within `ms`, in order; `between` is awaited after each. */
  async advance(ms: number, between: () => Promise<void> = async () => {}): Promise<void> {
    const until = this.time + ms;
    await between();
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.fn();
      await between();
    }
    this.time = until;
  }
}

/** Time passes for an object; when its alarm is due it goes off by `call`. */
export async function passTime(
  { clock, alarm, settle }: { clock: FakeClock; alarm: TestAlarm; settle: () => Promise<void> },
  ms: number,
  call: () => Promise<void>,
): Promise<void> {
  await settle();
  await alarm.pass(
    clock.time + ms,
    (to) => clock.advance(Math.max(0, to - clock.time), settle),
    async () => {
      await call();
      await settle();
    },
  );
}

/** One attempt of the model: what it was asked is in `request`; returning without a `finish` is a cut. */
export type Attempt = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelPart>;

export const text = (part: string): ModelPart => ({ type: "text", text: part });
export const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
export const finish = (reason: "stop" | "length" | "content_filter" = "stop"): ModelPart => ({
  type: "finish",
  reason,
  usage: USAGE,
});

/** Says these things; a promise is waited for, an error thrown. */
export const says = (...steps: (string | ModelPart | Error | Promise<unknown>)[]): Attempt =>
  async function* () {
    for (const step of steps) {
      if (step instanceof Error) throw step;
      if (step instanceof Promise) await step;
      else yield typeof step === "string" ? text(step) : step;
    }
  };
/** Says these words and then nothing, until it is stopped. */
export const stalls = (...words: string[]): Attempt =>
  async function* (_, signal) {
    for (const word of words) yield text(word);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  };

/** A viewer that keeps what it is sent. */
export class Watcher implements Sink {
  readonly id = crypto.randomUUID();
  readonly since = START;
  frames: ServerFrame[] = [];
  raw: Frame[] = [];
  closed: number | null = null;
  place: Cursor | null = null;
  heard: number | null = null;
  /** `proof` answers the server's probes; null: this viewer does not read. */
  constructor(
    readonly principal: Principal,
    public proof: ((id: string, n: number) => void) | null = null,
  ) {}
  send(frame: Frame): void {
    this.raw.push(frame);
    const parsed = ServerFrame.parse(JSON.parse(frame.json));
    this.frames.push(parsed);
    if (parsed.type === "probe") queueMicrotask(() => this.proof?.(this.id, parsed.n));
  }
  close(code: CloseCode): void {
    this.closed = code;
  }
  heardAt(): number | null {
    return this.heard;
  }
  keepPlace(place: Cursor | null): void {
    this.place = place;
  }
  get types(): string[] {
    return this.frames.map((frame) => frame.type ?? "text");
  }
  get text(): string {
    return this.frames.map((frame) => (frame.type === undefined ? TextFrame.parse(frame).text : "")).join("");
  }
}

export const principal = (user_id: number, role: Role = "member"): Principal => ({
  user_id,
  name: `user ${user_id}`,
  role,
  sid: `sid-${user_id}`,
  iat: START / 1000,
  exp: START / 1000 + 86_400,
});
export const ADA = principal(1);
/** A batch that tells nothing of itself. */
export const UNMEASURED: Measures = { events: [], peaks: [], report: null };

/** Lets everything go on that needs no time to pass. */
export async function settled(storage: DurableObjectStorage): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    await storage.sync();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

export class Rig {
  clock = new FakeClock();
  /** The model's attempts, in order; each call takes the next one. */
  attempts: Attempt[] = [];
  requests: ModelRequest[] = [];
  running: boolean[] = [];
  published: StoredEvent[] = [];
  logged: { event: string; rows?: LogFields[string] }[] = [];
  patience = { firstTokenMs: 90_000, stallMs: 60_000, totalMs: 900_000 };
  journal: Journal;
  audience: Audience;
  answering: Answering;
  room: Room;
  /** Messages that only the archive has. */
  archive: Archive = { before: async () => [], after: async () => [], find: async () => null, answers: async () => [] };
  #client = 0;
  #process = { dead: false };

  constructor(
    readonly storage: DurableObjectStorage,
    readonly options: Partial<RoomOptions> = {},
  ) {
    this.journal = this.#journal();
    [this.audience, this.answering, this.room] = this.#build();
  }

  /** What a new process does with what the old one stored. */
  restart(): void {
    this.clock.timers = [];
    this.#process.dead = true;
    this.#process = { dead: false };
    this.journal = this.#journal();
    [this.audience, this.answering, this.room] = this.#build();
    this.answering.pump();
  }

  create(members: [id: number, role: MemberRole][] = [[1, "owner"]]): void {
    const conversation = { id: 7, kind: "chat", title: null, model: null, instructions: null } as const;
    const { events } = this.journal.commit(() => {
      this.journal.create(
        { ...conversation, assistant_mode: "always", temperature: null, created_at: this.clock.now() },
        "e1",
      );
      for (const [user_id, role] of members) {
        const name = `user ${user_id}`;
        this.journal.members.put(user_id, name, role);
        this.journal.append("member.added", { member: { user_id, name, role, read_id: 0 } });
      }
    });
    this.audience.publish(events);
  }

  ask(content = "Hi?", actor = ADA, more: { client_id?: string; model?: string; answer?: boolean } = {}) {
    this.#client += 1;
    return this.room.asking.send(actor, { client_id: `c${this.#client}`, content, ...more });
  }

  watch(actor = ADA): Watcher {
    const watcher = new Watcher(actor, (id, n) => this.audience.proof(id, n));
    this.audience.add(watcher);
    return watcher;
  }

  settle = () => settled(this.storage);
  pass = (ms: number): Promise<void> => this.clock.advance(ms, this.settle);

  replay(cursor: Partial<Cursor>): Replay {
    return replay(this.journal, this.answering.running, { epoch: null, since: null, turn: null, offset: 0, ...cursor });
  }
  events(): Event[] {
    return this.journal.eventsAfter(0, 100_000).map((event) => Event.parse(JSON.parse(event.json)));
  }
  ledger(turnId: number): string[] {
    return this.journal.ledger.attempts(turnId).map((a) => `${a.reason} ${a.outcome}`);
  }

  /** A dead process reaches the storage no more. */
  #journal(): Journal {
    const process = this.#process;
    const storage = new Proxy(this.storage, {
      get: (target, name) => {
        if (process.dead) throw new Error("this process is dead");
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return new Journal(storage, this.clock);
  }

  get reading(): Reading {
    return new Reading(this.journal, {
      before: (...query) => this.archive.before(...query),
      after: (...query) => this.archive.after(...query),
      find: (...query) => this.archive.find(...query),
      answers: (...query) => this.archive.answers(...query),
    });
  }

  #build(): [Audience, Answering, Room] {
    const { journal, clock } = this;
    const place = { epoch: "e1", since: journal.seq, turn: null, offset: 0 };
    const audience = new Audience(
      clock,
      place,
      (cursor) => this.replay(cursor).frames,
      () => {},
    );
    const publish = (events: StoredEvent[]) => {
      this.published.push(...events);
      audience.publish(events);
    };
    const model: Model = {
      name: "test:model",
      stream: (request, signal) => {
        this.requests.push(request);
        const attempt = this.attempts.shift();
        if (!attempt) throw new Error("the model was called once too often");
        return attempt(request, signal);
      },
    };
    const resolveModel = () => ({ ok: true, value: model }) as const;
    const answering = new Answering({
      ...{ journal, clock, publish, resolveModel, patience: this.patience },
      log: (_, event, fields) => this.logged.push({ event, ...fields }),
      publishText: (turn, from, piece) => audience.publishText(turn.id, from, piece),
      viewers: () => audience.size,
      interviewQuestions: 10,
      running: (running) => this.running.push(running),
      answered: () => {},
      allowance: null,
    });
    const room = new Room({
      ...{ journal, audience, answering, clock, publish, resolveModel },
      messagesPerMinute: 0,
      reading: this.reading,
      outbox: { flush: async () => true },
      filesDropped: () => {},
      abandoned: () => {},
      titling: { unanswered: () => {}, forget: () => {}, decided: () => null },
      userName: async (id) => (id < 1_000 ? `user ${id}` : null),
      ...this.options,
    });
    return [audience, answering, room];
  }
}

/** Runs on the storage of an object that nobody else uses. */
export const inRig = (
  work: (rig: Rig) => void | Promise<void>,
  options?: Partial<RoomOptions>,
  members?: [id: number, role: MemberRole][],
): Promise<void> =>
  runInDurableObject(env.CONVERSATION.getByName(`rig ${crypto.randomUUID()}`), async (_, state) => {
    const rig = new Rig(state.storage, options);
    rig.create(members);
    await work(rig);
  });
