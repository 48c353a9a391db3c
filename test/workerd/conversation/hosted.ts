// A whole conversation on the storage of a real object: clock, model, logins and D1 are the test's.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Identity } from "../../../src/auth/logins.ts";
import type { Principal } from "../../../src/auth/principal.ts";
import { Conversation } from "../../../src/conversation/conversation.ts";
import type { Host } from "../../../src/conversation/host.ts";
import { partiesIn } from "../../../src/conversation/people/relating.ts";
import { type Outcome, ok } from "../../../src/protocol/errors.ts";
import type { Party } from "../../../src/store/interviews.ts";
import type { Measures } from "../../../src/store/metrics.ts";
import type { Change, Reached } from "../../../src/store/mirror.ts";
import { TestAlarm } from "../alarm.ts";
import { ADA, type Attempt, FakeClock, passTime, principal, settled } from "./rig.ts";
import { TestStream } from "./stream.ts";

const identityOf = ({ user_id, name, role }: Principal): Identity => ({ user_id, username: name, name, role });

export class Hosted {
  clock = new FakeClock();
  attempts: Attempt[] = [];
  /** What reached D1, batch by batch. */
  batches: { changes: Change[]; reached: Reached; measures: Measures }[] = [];
  mirror: (changes: Change[], reached: Reached) => Promise<void> = async () => {};
  forget: () => Promise<void> = async () => {};
  /** What the user's object answers. */
  enter: (principal: Principal) => Promise<Outcome<Identity>> = async (principal) => ok(identityOf(principal));
  left: number[] = [];
  /** Users whose inboxes were told, in order. */
  told: number[] = [];
  tell: (userId: number) => Promise<void> = async (userId) => void this.told.push(userId);
  borrow: () => Promise<Outcome<null>> = async () => ok(null);
  /** Tokens taken off the day, by call. */
  settled: number[] = [];
  /** Of an interview, as D1 has them. */
  parties: () => Promise<Party[]> = async () => [];
  charge: (tokens: number) => Promise<Outcome<null>> = async () => ok(null);
  model = "test:model";
  readonly alarm = new TestAlarm();
  conversation: Conversation;
  #host: Host;

  constructor(readonly storage: DurableObjectStorage) {
    this.#host = {
      clock: this.clock,
      log: () => {},
      deliver: async () => 0,
      tellProject: async () => {},
      shelves: { reserve: async () => ok([]), discard: async () => {} },
      storage: this.alarm.over(storage),
      place: { kind: "conversation", name: "7" },
      patience: { firstTokenMs: 90_000, stallMs: 60_000, totalMs: 900_000 },
      messagesPerMinute: 0,
      interviewQuestions: 10,
      related: async () => partiesIn(await this.parties()),
      allowed: { turns: 5, dailyTokens: 0 },
      resolveModel: () =>
        ok({
          name: this.model,
          stream: (request, signal) => {
            const attempt = this.attempts.shift();
            if (!attempt) throw new Error("the model was called once too often");
            return attempt(request, signal);
          },
        }),
      identify: async () => ok(ADA),
      keeperOf: (userId) => ({
        enter: async () => this.enter(principal(userId)),
        check: async () => ok(identityOf(principal(userId))),
        leave: async () => void this.left.push(userId),
        borrow: () => this.borrow(),
        settle: async (_, tokens) => void this.settled.push(tokens),
        charge: (tokens) => this.charge(tokens),
      }),
      mirror: async (_, changes, reached, measures) => {
        await this.mirror(changes, reached);
        this.batches.push({ changes, reached, measures });
      },
      archive: { before: async () => [], after: async () => [], find: async () => null, answers: async () => [] },
      forget: async () => this.forget(),
      userName: async (id) => `user ${id}`,
      roleOf: async () => "member",
      tellInbox: (userId) => this.tell(userId),
    };
    this.conversation = this.start();
  }

  /** A new process on the same storage; the old one is dead. */
  start(): Conversation {
    this.clock.timers = [];
    this.conversation = new Conversation(this.#host);
    this.conversation.resume([]);
    return this.conversation;
  }

  /** With a title: one without is given one after its first answer, by a call of its own. */
  create(title: string | null = "A title", owner = ADA, kind: "chat" | "interview" = "chat") {
    const settings = {
      title,
      model: null,
      instructions: null,
      assistant_mode: "always",
      temperature: null,
    } as const;
    const conversation = { id: 7, kind, ...settings, created_at: this.clock.now() };
    if (kind === "interview") return this.conversation.create(conversation, null, []);
    return this.conversation.create(conversation, owner, [{ user_id: 2, name: "user 2", role: "member" }]);
  }

  async watch(principal = ADA): Promise<TestStream> {
    const stream = await this.conversation.entrance.watch(
      principal,
      { epoch: null, since: null, offset: null },
      null,
      null,
    );
    if (!stream.ok) throw new Error(stream.error.message);
    return new TestStream(stream.value);
  }

  settle = () => settled(this.storage);

  /** Time passes; the alarm goes off when it is due. */
  async pass(ms: number): Promise<void> {
    await passTime(this, ms, () => this.conversation.alarm());
  }
}

export const inHosted = (work: (hosted: Hosted) => Promise<void>, title?: string | null): Promise<void> =>
  runInDurableObject(env.CONVERSATION.getByName(`hosted ${crypto.randomUUID()}`), async (_, state) => {
    const hosted = new Hosted(state.storage);
    await hosted.create(title);
    await work(hosted);
  });
