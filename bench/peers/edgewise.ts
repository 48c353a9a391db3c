// Starts this product as a peer: the built bundle on the bare runtime, D1 in a process beside it, people who signed up.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { createRest } from "../../src/client/rest.ts";
import { type Person, postMessage, signUp } from "../../test/support/harness/api.ts";
import { type Runtime, startBundle } from "../../test/support/workerd.ts";
import { type Child, startChild } from "../run/child.ts";
import { EdgewiseConnection } from "./edgewise-connection.ts";
import type { Door, Listener, Peer, Room, Server } from "./peer.ts";
import { enterFileRoom } from "./socket-io.ts";

const PEOPLE = 20;
/** Messages on their way when a conversation is filled. */
const FILLING = 20;

const D1Counts = z.object({ requests: z.int(), rowsWritten: z.int() });

export const edgewise: Peer = {
  name: "Edgewise",
  async start(folder, modelUrl) {
    mkdirSync(folder, { recursive: true });
    const d1 = await startChild("run/d1.ts", [join(folder, "d1.sqlite")]);
    const vars = {
      JWT_SECRET: "bench-bench-bench-0123456789-abcdefghij",
      OPENAI_BASE_URL: modelUrl,
      DEFAULT_MODEL: "openai:bench",
      LOG_LEVEL: "info",
      MESSAGES_PER_MINUTE: "0",
      // Every turn asks its user's allowance, as with the limits of production.
      DAILY_TOKENS_PER_USER: "999999999999",
    };
    const runtime = await startBundle({ dir: folder, d1Port: d1.port, vars });
    const people: Person[] = [];
    for (let n = 0; n < PEOPLE; n += 1) people.push(await signUp(runtime.url, `user-${n}`));
    return new EdgewiseServer(runtime, d1, people);
  },
};

class EdgewiseServer implements Server {
  readonly name = "Edgewise";
  #runtime: Runtime;
  #d1: Child;
  #people: readonly Person[];
  #rooms = 0;

  constructor(runtime: Runtime, d1: Child, people: readonly Person[]) {
    this.#runtime = runtime;
    this.#d1 = d1;
    this.#people = people;
  }

  get pid(): number {
    return this.#runtime.pid;
  }
  get helpers(): readonly number[] {
    return [this.#d1.pid];
  }
  get log(): readonly string[] {
    return this.#runtime.log;
  }
  async database() {
    return D1Counts.parse(await this.#d1.ask("counts"));
  }

  async room(size: number, door: Door = "own"): Promise<Room> {
    const { url } = this.#runtime;
    const first = this.#rooms++;
    const people = Array.from({ length: size }, (_, n) => this.#person(first + n));
    const owner = createRest({ host: url, session: { access_token: this.#person(first).token, refresh_token: "" } });
    const { id } = await owner.conversations.create({
      title: "A room",
      member_ids: people.slice(1).map((person) => person.id),
      ...(door === "socket.io" && { assistant_mode: "mention" }), // its clients cannot say that they want no answer
    });
    let joined = 0;
    const next = () => this.#person(first + (joined++ % size));
    return {
      join: (listener: Listener) =>
        door === "own" ? EdgewiseConnection.open(url, id, next(), listener) : enterFileRoom(url, id, next(), listener),
      rejoin(lost, listener) {
        if (!(lost instanceof EdgewiseConnection)) throw new Error("This connection is another peer's.");
        return lost.reopen(listener);
      },
      fill: async (messages, content) => {
        for (let left = messages; left > 0; left -= FILLING)
          await Promise.all(
            Array.from({ length: Math.min(left, FILLING) }, (_, n) =>
              postMessage(url, this.#person(first + (n % size)), id, content, { answer: false }),
            ),
          );
      },
    };
  }

  async stop(): Promise<void> {
    await this.#runtime.stop();
    await this.#d1.stop();
  }

  #person(n: number): Person {
    const person = this.#people[n % this.#people.length];
    if (!person) throw new Error("Nobody has signed up.");
    return person;
  }
}
