// One shard of the gateway on the storage of a real object: its clock, its clients and the conversation are the test's.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Data } from "../../../src/gateway/engine-packet.ts";
import type { ConversationDoor } from "../../../src/gateway/errands.ts";
import { Gateway, type GatewayHost } from "../../../src/gateway/gateway.ts";
import type { Pipe } from "../../../src/gateway/line.ts";
import type { Note } from "../../../src/gateway/notes.ts";
import type { Message, Turn } from "../../../src/protocol/entities.ts";
import { ok, refuse } from "../../../src/protocol/errors.ts";
import type { Happening, Told } from "../../../src/protocol/happenings.ts";
import type { Report } from "../../../src/store/metrics.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TestAlarm } from "../alarm.ts";
import { ADA } from "../conversation/rig.ts";

const CALLER = { fallback: null, recovers: true, bears: false, plain: false, address: "somewhere" };
const ROOM = 7;
/** The same, as the assistant rooms call it. */
export const ROOM_ID = "room_00000000-0000-4000-8000-000000000007";
const unused = () => {
  throw new Error("Nobody asks for this here.");
};

/** A client's end of a WebSocket: what it was sent, pings answered. */
export class Client implements Pipe {
  frames: string[] = [];
  closed = false;
  constructor(
    public note: Note,
    private readonly shard: Shard,
  ) {}
  keep(note: Note): void {
    this.note = note;
  }
  send(data: Data): void {
    this.frames.push(String(data));
  }
  close(): void {
    this.closed = true;
  }
  async says(frame: string): Promise<void> {
    this.shard.gateway.engine.frame(this, frame);
    await settled();
  }
  /** The ids that CONNECT gave. */
  get ids(): unknown {
    return dataOf(this.frames.find((frame) => frame.startsWith("40")) ?? "{}");
  }
  /** What was said in the room, as this client was told. */
  get said(): unknown[] {
    return this.frames
      .filter((frame) => frame.startsWith('42["conversation"'))
      .map((frame) => JSON.parse(frame.slice(2))[1].user_message.content);
  }
  /** Event, payload and offset of all it was told. */
  get events(): [event: string, payload: unknown, offset?: string][] {
    return this.frames.filter((frame) => frame.startsWith("42")).map(dataOf);
  }
  get offset(): unknown {
    return this.events.at(-1)?.[2];
  }
}

/** Of a packet in any namespace. */
const dataOf = (frame: string) => JSON.parse(frame.slice(frame.search(/[[{]/)));

export class Shard {
  readonly clock = new ManualClock();
  readonly #told = new Map<number, Told[]>();
  /** Where the metrics are told of the shard. */
  report: (report: Report) => Promise<void> = async () => {};
  /** Of every client that connects, epoch seconds; its token is one that is still good. */
  loginEnds = this.clock.now() / 1000 + 86_400;
  /** The conversation has kept everything. */
  keeps = true;
  /** Of whom the conversation was told that his line broke, and whether the shard slept. */
  readonly lost: [user: number, asleep: boolean][] = [];
  /** Its people may read it. */
  letsIn = true;
  gateway: Gateway;
  readonly #host: GatewayHost;
  readonly #alarm = new TestAlarm();

  constructor(readonly storage: DurableObjectStorage) {
    const identity = async () => ok({ user_id: ADA.user_id, username: "ada", name: ADA.name, role: ADA.role });
    this.#host = {
      clock: this.clock,
      log: () => {},
      shard: "g0",
      storage: this.#alarm.over(storage),
      identify: async () => ok({ ...ADA, exp: this.loginEnds }),
      keeperOf: () => ({ check: identity, enter: identity, leave: async () => {} }),
      openInterview: unused,
      idleMs: 0,
      conversations: {
        door: (id) => this.#door(id),
        found: unused,
        room: async (room_id) => (room_id === ROOM_ID ? { room_id, chat_id: "c", conversation_id: ROOM } : unused()),
        chat: unused,
        ownChat: unused,
        keepRoom: unused,
        sources: () => [],
        model: () => null,
        listedModel: () => null,
        defaultModel: "builtin",
      },
      project: unused,
      shards: { claim: async () => null },
      report: (report) => this.report(report),
    };
    this.gateway = new Gateway(this.#host);
    this.gateway.wake([]);
  }

  async client(auth: object = {}, namespace = "", recovers = true): Promise<Client> {
    const client = new Client(this.gateway.engine.newNote({ ...CALLER, recovers }), this);
    this.gateway.engine.opened(client);
    await client.says(`40${namespace}${JSON.stringify({ token: "good", ...auth })}`);
    return client;
  }

  /** The process ended and begins again; `survive`: hibernating WebSockets. */
  wake(...survive: Client[]): void {
    this.gateway = new Gateway(this.#host);
    this.gateway.wake(survive);
  }

  /** Time goes on; alarms come when they were set for, each to a shard that has slept; `clients` answer their pings. */
  async live(ms: number, ...clients: Client[]): Promise<void> {
    await this.#alarm.pass(
      this.clock.now() + ms,
      async (to) => this.clock.advance(Math.max(0, to - this.clock.now())),
      async () => {
        this.wake(...clients.filter(({ closed }) => !closed));
        await this.gateway.alarm();
        await settled();
        for (const client of clients) if (client.frames.at(-1) === "2") await client.says("3");
      },
    );
  }

  /** Somebody says it in the room. `reaches`: the shard is told now. */
  async say(content: string, reaches = true, room = ROOM): Promise<void> {
    const happening: Happening = {
      type: "message",
      message: message(this.#toldIn(room).length + 1, content),
      answered: false,
      givenUp: null,
    };
    await this.#happens(happening, reaches, room);
  }

  /** An answer breaks off, of which a chat is told in two packets. */
  async breakOff(reaches = true): Promise<void> {
    const answer: Message = { ...message(this.#toldIn(ROOM).length + 1, "Two min"), role: "assistant", author: null };
    const question = message(this.#toldIn(ROOM).length, "How long?");
    await this.#happens({ type: "closed", turn: BROKEN, question, answer, number: 1, said: [] }, reaches);
  }

  /** Everybody here is removed. */
  async remove(reaches = true): Promise<void> {
    await this.#happens({ type: "removed", user_id: ADA.user_id, unanswered: null }, reaches);
  }

  async #happens(happening: Happening, reaches: boolean, room = ROOM): Promise<void> {
    const known = this.#toldIn(room);
    const told: Told = { place: { seq: known.length + 1, offset: 0 }, happening };
    this.#told.set(room, [...known, told]);
    if (reaches) await this.gateway.rooms.deliver(room, [told]);
  }

  #toldIn(room: number): Told[] {
    return this.#told.get(room) ?? [];
  }

  rows(table: "sent" | "socket"): number {
    return Number(this.storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n);
  }

  #door(id: number): ConversationDoor {
    const since = (seq: number) => this.#toldIn(id).filter(({ place }) => place.seq > seq);
    const missed = async ({ seq }: { seq: number }) => (this.keeps ? since(seq) : null);
    return {
      follow: async (_principal, _shard, place) => {
        if (!this.letsIn && id === ROOM) return refuse("not_found", "There is no such conversation.");
        const told = place ? await missed(place) : [];
        if (!told) return { ok: false, error: { code: "gone", message: "Too much has happened since." } };
        return ok({ conversation: { ...conversation, id }, place: { seq: this.#toldIn(id).length, offset: 0 }, told });
      },
      missed,
      attend: async () => {},
      lost: async (user, _line, asleep) => void this.lost.push([user, asleep]),
      signal: async () => {},
      openInterview: unused,
      send: async (_principal, { content, client_id }) => {
        const sent = { ...message(this.#toldIn(id).length + 1, content), client_id, author: ADA };
        await this.#happens({ type: "message", message: sent, answered: false, givenUp: null }, false, id);
        return ok({ message_id: sent.id, repeated: false });
      },
      command: unused,
      history: unused,
      describe: unused,
      stop: unused,
      takeResult: unused,
    };
  }
}

const now = "2027-01-15T08:00:00.000Z";
const conversation = {
  ...({ id: ROOM, kind: "chat", title: "A room", model: null, instructions: null, assistant_mode: "off" } as const),
  ...{ temperature: null, created_at: now },
};
const BROKEN: Turn = {
  ...({ id: 3, question_id: 1, answer_id: 2, state: "interrupted", model: "test:model", attempt: 3 } as const),
  ...{ finish_reason: null, usage: null, error: { code: "model_unavailable", message: "The model is away." } },
  ...{ created_at: now, started_at: now, ended_at: now },
};
const message = (id: number, content: string): Message => ({
  ...{ id, role: "user", content, author: { user_id: 2, name: "Bob" }, client_id: null, created_at: now },
  ...{ reply_to: null, turn_id: null, files: [], data: {} },
});

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

let names = 0;
/** Runs in an object that nobody else uses. */
export const onShard = (run: (shard: Shard) => Promise<void>): Promise<void> =>
  runInDurableObject(env.GATEWAY.getByName(`test-${names++}`), (_, state) => run(new Shard(state.storage)));
