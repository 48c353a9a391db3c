// Connection state recovery: the same socket again with what it missed, on whichever object the client comes back to.
import { expect } from "vitest";
import * as z from "zod";
import { SocketClient } from "./raw.ts";
import { type Case, NAMESPACE, type Server } from "./server.ts";

const Event = z.tuple([z.string(), z.record(z.string(), z.unknown())]).rest(z.unknown());

/** An event's name, payload and offset. */
function read(frame: string): { event: string; payload: Record<string, unknown>; offset: string } {
  const [event, payload, offset] = Event.parse(JSON.parse(frame.slice(2)));
  return { event, payload, offset: z.string().parse(offset) };
}

/** A client in a room, as a library would have it: with its ids and the last offset it has seen. */
class Member {
  offset: string | null = null;
  private constructor(
    readonly server: Server,
    readonly room: number,
    public client: SocketClient,
    public sid: string,
    public pid: string,
  ) {}

  static async join(server: Server, room: number, person: 0 | 1 = 0): Promise<Member> {
    const client = await SocketClient.open(server);
    const { sid, pid } = await client.connect({ token: server.tokens[person] });
    const member = new Member(server, room, client, sid, pid ?? "");
    client.send(`42${JSON.stringify(["join_room", { conversation_id: room }])}`);
    await member.hear("joined_room");
    return member;
  }

  /** The next event of that name; all before it count as seen. */
  async hear(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const frame = await this.client.first("42");
      const [event, payload, offset] = Event.parse(JSON.parse(frame.slice(2)));
      if (typeof offset === "string") this.offset = offset;
      if (event === name) return payload;
    }
  }

  say(...messages: string[]): void {
    for (const message of messages)
      this.client.send(`42${JSON.stringify(["send_message", { conversation_id: this.room, message }])}`);
  }
  async hearSaid(count: number): Promise<unknown[]> {
    const said: unknown[] = [];
    while (said.length < count) said.push((await this.hear("new_message")).content);
    return said;
  }

  async drop(): Promise<void> {
    this.client.socket.terminate();
    await this.client.closed();
  }
  /** Comes back; `elsewhere`: at another object than the last time, where there are several. */
  async comeBack(elsewhere = false): Promise<{ sid: string; pid?: string | undefined }> {
    const before = this.server.shardOf(this.client.opening?.sid ?? "");
    const several = this.server.kind === "edgewise";
    for (;;) {
      this.client = await SocketClient.open(this.server);
      if (!several || (this.server.shardOf(this.client.opening?.sid ?? "") !== before) === elsewhere) break;
      this.client.close();
    }
    return this.client.connect({
      token: this.server.tokens[0],
      pid: this.pid,
      ...(this.offset === null ? {} : { offset: this.offset }),
    });
  }
}

async function pair(server: Server): Promise<[Member, Member]> {
  const room = await server.room();
  const members: [Member, Member] = [await Member.join(server, room), await Member.join(server, room, 1)];
  members[1].say("first");
  await Promise.all(members.map((member) => member.hearSaid(1)));
  return members;
}

const recovers = (where: string, elsewhere: boolean): Case[] => [
  {
    name: `a client that comes back to ${where} is the same and gets what it missed, once, in order`,
    async run(server) {
      const [ada, bob] = await pair(server);
      await ada.drop();
      bob.say("one", "two", "three");
      await bob.hearSaid(3);
      expect(await ada.comeBack(elsewhere)).toEqual({ sid: ada.sid, pid: ada.pid });
      expect(await ada.hearSaid(3)).toEqual(["one", "two", "three"]);
      bob.say("four");
      expect(await ada.hearSaid(1)).toEqual(["four"]);
    },
  },
  {
    name: `a second recovery in a row, at ${where}, gives what is new only`,
    async run(server) {
      const [ada, bob] = await pair(server);
      for (const word of ["one", "two", "three"]) {
        await ada.drop();
        bob.say(word);
        await bob.hearSaid(1);
        expect(await ada.comeBack(elsewhere)).toEqual({ sid: ada.sid, pid: ada.pid });
        expect(await ada.hearSaid(1)).toEqual([word]);
      }
    },
  },
  {
    name: `a client that drops again before it has read anything, at ${where}, gets all of it the next time`,
    ours: "the reference forgets the offset it was given",
    async run(server) {
      const [ada, bob] = await pair(server);
      await ada.drop();
      bob.say("one", "two");
      await bob.hearSaid(2);
      for (let i = 0; i < 3; i++) {
        expect(await ada.comeBack(elsewhere)).toEqual({ sid: ada.sid, pid: ada.pid });
        await ada.drop();
      }
      await ada.comeBack(elsewhere);
      expect(await ada.hearSaid(2)).toEqual(["one", "two"]);
      bob.say("three");
      expect(await ada.hearSaid(1)).toEqual(["three"]);
    },
  },
  {
    name: `a client that drops in the middle of what it missed, at ${where}, gets the rest`,
    async run(server) {
      const [ada, bob] = await pair(server);
      await ada.drop();
      bob.say("one", "two", "three");
      await bob.hearSaid(3);
      await ada.comeBack(elsewhere);
      expect(await ada.hearSaid(1)).toEqual(["one"]);
      await ada.drop();
      bob.say("four");
      await bob.hearSaid(1);
      expect(await ada.comeBack(elsewhere)).toEqual({ sid: ada.sid, pid: ada.pid });
      expect(await ada.hearSaid(3)).toEqual(["two", "three", "four"]);
    },
  },
  {
    name: `a client that drops right after it has joined, at ${where}, gets what is said meanwhile`,
    async run(server) {
      const room = await server.room();
      const bob = await Member.join(server, room, 1);
      const ada = await Member.join(server, room);
      await ada.drop();
      bob.say("one");
      await bob.hearSaid(1);
      expect(await ada.comeBack(elsewhere)).toEqual({ sid: ada.sid, pid: ada.pid });
      expect(await ada.hearSaid(1)).toEqual(["one"]);
    },
  },
  {
    name: `a client whose last event was a signal recovers at ${where}`,
    async run(server) {
      const [ada, bob] = await pair(server);
      bob.client.send(`42${JSON.stringify(["typing", { conversation_id: bob.room, is_typing: true }])}`);
      await ada.hear("user_typing");
      await ada.drop();
      bob.say("one");
      await bob.hearSaid(1);
      expect(await ada.comeBack(elsewhere)).toEqual({ sid: ada.sid, pid: ada.pid });
      expect(await ada.hearSaid(1)).toEqual(["one"]);
    },
  },
];

const refusals: Case[] = [
  {
    name: "a forged pid opens a new socket",
    async run(server) {
      const ada = await Member.join(server, await server.room());
      await ada.drop();
      for (const pid of [
        "nonsense",
        "g0.aaaaaaaaaaaaaaaaaaaa",
        `${ada.pid.slice(0, -1)}~`,
        "g9.aaaaaaaaaaaaaaaaaaaa",
      ]) {
        const client = await SocketClient.open(server);
        const { sid } = await client.connect({ token: server.tokens[0], pid, offset: ada.offset });
        expect(sid).not.toBe(ada.sid);
      }
    },
  },
  {
    name: "an offset that was never given opens a new socket",
    async run(server) {
      for (const offset of ["nonsense", "zzzzzzzzzzz"]) {
        const ada = await Member.join(server, await server.room());
        ada.offset = offset;
        await ada.drop();
        expect((await ada.comeBack()).sid).not.toBe(ada.sid);
      }
    },
  },
  {
    name: "another person's pid opens a new socket",
    ours: "the reference asks no middleware of a socket that it recovers",
    async run(server) {
      const [ada] = await pair(server);
      await ada.drop();
      const client = await SocketClient.open(server);
      const { sid } = await client.connect({ token: server.tokens[1], pid: ada.pid, offset: ada.offset });
      expect(sid).not.toBe(ada.sid);
      expect(await ada.comeBack()).toEqual({ sid: ada.sid, pid: ada.pid });
    },
  },
  {
    name: "a pid of another namespace opens a new socket there",
    async run(server) {
      const [ada] = await pair(server);
      await ada.drop();
      const client = await SocketClient.open(server);
      client.send(`40${NAMESPACE},${JSON.stringify({ token: server.tokens[0], pid: ada.pid, offset: ada.offset })}`);
      expect(await client.first(`40${NAMESPACE},`)).not.toContain(ada.sid);
      client.send(`42${NAMESPACE},5["nonsense"]`);
      await client.first(`43${NAMESPACE},5[`);
    },
  },
  {
    name: "a pid whose socket is still connected moves it, and the old transport is closed",
    ours: "the reference gives a new socket",
    async run(server) {
      const [ada, bob] = await pair(server);
      const { client } = ada;
      expect(await ada.comeBack(true)).toEqual({ sid: ada.sid, pid: ada.pid });
      await client.closed();
      bob.say("one");
      expect(await ada.hearSaid(1)).toEqual(["one"]);
    },
  },
  {
    name: "a client that left by DISCONNECT is not recovered",
    async run(server) {
      const ada = await Member.join(server, await server.room());
      ada.client.send("41");
      ada.client.close();
      await ada.client.closed();
      expect((await ada.comeBack()).sid).not.toBe(ada.sid);
    },
  },
  {
    name: "a client that writes its query as python-engineio does is given no offsets",
    ours: "the reference gives them, and handlers of one argument break",
    async run(server) {
      const client = await SocketClient.open(server, "transport=websocket&EIO=4");
      expect(await client.connect({ token: server.tokens[0] })).not.toHaveProperty("pid");
      expect(Event.parse(JSON.parse((await client.first("42")).slice(2)))).toHaveLength(2);
    },
  },
  {
    name: "offsets rise",
    async run(server) {
      const [ada, bob] = await pair(server);
      bob.say("one", "two", "three");
      const offsets: string[] = [];
      while (offsets.length < 3) {
        const frame = await ada.client.first("42");
        if (frame.includes("new_message")) offsets.push(read(frame).offset);
      }
      expect(new Set(offsets).size).toBe(3);
    },
  },
];

export const RECOVERY: Record<string, Case[]> = {
  "recovery at the same object": recovers("the same object", false),
  "recovery at another object": recovers("another object", true),
  "recovery that is none": refusals,
};
