// A scenario: what Ada's client and the server say to each other, while others do things there too. It is played against
// the real server, over real sockets.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import * as z from "zod";
import { Message } from "../../../src/protocol/entities.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { TicketAnswer } from "../../../src/protocol/rest.ts";
import type { FinalState } from "../../support/golden.ts";
import { conversation, objectOf } from "../conversation/conversation.ts";
import { type Person, person } from "../conversation/people.ts";
import { open, type Place, type TestSocket } from "../conversation/socket.ts";
import { call } from "../http/client.ts";
import { type Names, normal } from "./normal.ts";
import { type RecordedSocket, Recording } from "./recording.ts";

export interface Scenario {
  /** The file's. */
  name: string;
  /** One sentence. */
  about: string;
  /** The conversation has no title: it gets one after its first answer. */
  untitled?: true;
  /** The client is never shown the conversation. */
  unseen?: true;
  /** Signals that are not left out. */
  keep?: readonly "present"[];
  /** Ada's role in the conversation; Ben is its owner then. */
  ada?: "member" | "viewer";
  /** What the client holds in the end, where it is not simply live and up to date. */
  ends?: Partial<Pick<FinalState, "status" | "typing" | "notice">>;
  play(stage: Stage): Promise<void>;
}

/** The same in every scenario: users 1, 2 and 3 of the files, and one who only looks. */
export interface Cast {
  ada: Person;
  ben: Person;
  cleo: Person;
  admin: Person;
}

export const cast = async (): Promise<Cast> => ({
  ada: await person(),
  ben: await person(),
  cleo: await person(),
  admin: await person("admin"),
});

export class Stage {
  readonly recording = new Recording();
  readonly ada: Person;
  readonly ben: Person;
  readonly cleo: Person;
  readonly #admin: Person;
  readonly names: Names;

  private constructor(
    readonly id: number,
    { ada, ben, cleo, admin }: Cast,
  ) {
    this.ada = ada;
    this.ben = ben;
    this.cleo = cleo;
    this.#admin = admin;
    this.names = {
      users: new Map([ada, ben, cleo].map((person, i) => [person.id, i + 1])),
      texts: new Map([
        [ada.name, "Ada"],
        [ben.name, "Ben"],
        [cleo.name, "Cleo"],
        [ada.token, "AN_ACCESS_TOKEN"],
      ]),
      epochs: new Map(),
    };
  }

  /** Ada's conversation with Ben; or Ben's with Ada in that role. Cleo is not there. */
  static async of({ ada: role, untitled }: Scenario, people: Cast): Promise<Stage> {
    const { ada, ben } = people;
    const [owner, other] = role ? [ben, ada] : [ada, ben];
    const id = await conversation(owner, { title: untitled ? undefined : "Tea", member_ids: [other.id] });
    const stage = new Stage(id, people);
    if (role === "viewer") {
      const socket = await stage.as(ben);
      await socket.command({ type: "member.role", user_id: ada.id, role });
      socket.close();
    }
    return stage;
  }

  /** Ada's client, written down; resolves when it is welcomed, and has its snapshot if it gets one. */
  async connect(place: Place = {}, person = this.ada): Promise<RecordedSocket> {
    const socket = await this.knock(place, person);
    await socket.until(({ type }) => type === "welcome");
    if (socket.welcome.replay === "snapshot") await socket.until(({ type }) => type === "snapshot");
    return socket;
  }

  /** The same without waiting for a welcome. */
  async knock(place: Place = {}, person = this.ada): Promise<RecordedSocket> {
    const headers = { Authorization: `Bearer ${person.token}` };
    const socket = await this.recording.connect(this.id, { headers }, place);
    if (!socket) throw new Error("refused");
    return socket;
  }

  async ticket(): Promise<string> {
    const answer = await call("/api/v1/tickets", { token: this.ada.token, body: { conversation_id: this.id } });
    return TicketAnswer.parse(await answer.json()).ticket;
  }

  /** Somebody else's, or another one of Ada's, which is not written down. */
  as(person: Person, place: Place = {}): Promise<TestSocket> {
    return open(this.id, person.token, place);
  }

  /** What somebody who comes now is shown; nothing where there is nothing any more. */
  async shown(): Promise<Pick<FinalState, "seq" | "conversation" | "members" | "messages" | "turns">> {
    const socket = await this.as(this.#admin).catch(() => null);
    if (!socket?.snapshot) return { messages: [], turns: [] };
    const { conversation, members } = socket.welcome;
    const { seq, messages, turns } = socket.snapshot;
    const before = await socket.command({ type: "history", before: messages[0]?.id ?? 1, limit: LIMITS.history });
    socket.close();
    const earlier = MessagesBefore.parse(before).messages;
    return normal({ seq, conversation, members, messages: [...earlier, ...messages], turns }, this.names);
  }
}

const MessagesBefore = z.object({ messages: z.array(Message).default([]) });

/** While the clocks of the server stand still at `time`, epoch ms. */
export async function at(time: number, work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: time });
  await work().finally(() => vi.useRealTimers());
}

/** Changes what the conversation's object has stored, behind its back; it then wakes anew. */
export async function store(stage: Stage, ...statements: string[]): Promise<void> {
  await runInDurableObject(objectOf(stage.id), (_, state) => {
    for (const statement of statements) state.storage.sql.exec(statement);
  });
  await evictDurableObject(objectOf(stage.id));
}
