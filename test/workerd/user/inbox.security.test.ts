// Who may listen to an inbox, and for how long (security.md §4–§6).
import { abortAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Identity } from "../../../src/auth/logins.ts";
import { Schedule } from "../../../src/lib/schedule.ts";
import { type CloseCode, type Outcome, ok, refuse } from "../../../src/protocol/errors.ts";
import type { InboxFrame } from "../../../src/protocol/inbox.ts";
import { LIMITS } from "../../../src/protocol/limits.ts";
import { TicketAnswer } from "../../../src/protocol/rest.ts";
import { Inbox, type InboxPeer } from "../../../src/user/inbox.ts";
import { conversation } from "../conversation/conversation.ts";
import { logIn, type Person, person } from "../conversation/people.ts";
import { upgrade } from "../conversation/socket.ts";
import { call, errorOf } from "../http/client.ts";
import { freshId, TestClock } from "./fixture.ts";
import { knock, listen } from "./listener.ts";

async function ticket(who: Person, body: object, headers = {}): Promise<string> {
  const response = await call("/api/v1/tickets", { token: who.token, body, headers });
  return TicketAnswer.parse(await response.json()).ticket;
}

describe("the door of an inbox", () => {
  it("wants a WebSocket handshake", async () => {
    const bob = await person();
    expect((await call("/parties/inbox/me", { token: bob.token })).status).toBe(426);
  });

  it.each([
    ["nothing", "", {}],
    ["a token that is none", "?token=nonsense", {}],
    ["a ticket that is none", "?ticket=nonsense", {}],
    ["a bad header beside a good query", "", { Authorization: "Bearer nonsense" }],
  ])("is closed to %s", async (_what, query, headers) => {
    expect((await knock(query, headers)).status).toBe(401);
  });

  it("is closed to pages of other origins, whatever they bring", async () => {
    const bob = await person();
    const response = await knock(`?token=${bob.token}`, { Origin: "https://evil.example" });
    expect(response.status).toBe(403);
  });

  it("opens to a ticket once, also after a kill", async () => {
    const bob = await person();
    const word = await ticket(bob, { inbox: true });
    const first = await knock(`?ticket=${word}`);
    expect(first.status).toBe(101);
    first.webSocket?.accept();
    await abortAllDurableObjects();
    const second = await knock(`?ticket=${word}`);
    expect(second.status).toBe(401);
    expect((await errorOf(second)).message).toBe("The ticket was used before.");
  });

  it("takes no ticket of a conversation, and a conversation none of an inbox", async () => {
    const bob = await person();
    const id = await conversation(bob);
    const inbox = await ticket(bob, { inbox: true });
    expect((await upgrade(`/parties/conversation/${id}?ticket=${inbox}`)).status).toBe(401);
    expect((await call(`/api/v1/conversations/${id}/events?ticket=${inbox}`)).status).toBe(401);
    expect((await knock(`?ticket=${await ticket(bob, { conversation_id: id })}`)).status).toBe(401);
  });

  it("takes a ticket only from the page that it was given to", async () => {
    const bob = await person();
    const word = await ticket(bob, { inbox: true }, { Origin: "http://localhost:8787" });
    expect((await knock(`?ticket=${word}`, { Origin: "http://localhost:9999" })).status).toBe(401);
    expect((await knock(`?ticket=${word}`, { Origin: "http://localhost:8787" })).status).toBe(101);
  });

  it("is closed to a login that has ended", async () => {
    const bob = await person();
    const word = await ticket(bob, { inbox: true });
    await env.USER.getByName(String(bob.id)).end(bob.sid);
    expect((await knock(`?ticket=${word}`)).status).toBe(401);
  });

  it("lets ten sockets of a user in; the eleventh is told so", async () => {
    const bob = await person();
    const all = [];
    for (let n = 0; n <= LIMITS.socketsPerUser; n += 1) all.push(await listen(bob.token));
    const last = all.pop();
    expect(await last?.end()).toEqual({ code: 4409, reason: "rate_limited" });
    expect(last?.frames).toMatchObject([{ type: "bye", code: "rate_limited" }]);
    expect(all.every(({ closed }) => closed === null)).toBe(true);
  });
});

describe("a socket of an inbox is closed", () => {
  it("with 4401 when its session is ended, and no other", async () => {
    const bob = await person();
    const again = await logIn(bob.id, bob.name);
    const [one, other] = [await listen(bob.token), await listen(again.token)];
    await call("/api/v1/auth/logout", { method: "POST", token: bob.token });
    expect(await one.end()).toEqual({ code: 4401, reason: "unauthorized" });
    expect(one.frames.at(-1)).toMatchObject({ type: "bye", code: "unauthorized" });
    expect(other.closed).toBeNull();
  });

  it("with 4401 when every session is ended, though its object slept", async () => {
    const bob = await person();
    const inbox = await listen(bob.token);
    await evictDurableObject(env.USER.getByName(String(bob.id)));
    await call("/api/v1/me/sessions", { method: "DELETE", token: bob.token });
    expect(await inbox.end()).toMatchObject({ code: 4401 });
  });

  it("with 4401 when its user is disabled", async () => {
    const bob = await person();
    const inbox = await listen(bob.token);
    const { id: user_id, name } = bob;
    const known = { user_id, username: name, name, email: null, role: "member", disabled: true } as const;
    await env.USER.getByName(String(user_id)).enrol(known);
    expect(await inbox.end()).toMatchObject({ code: 4401 });
  });

  it("with 4401 within five seconds of the end of its token", async () => {
    const bob = await person("member", 2);
    const inbox = await listen(bob.token);
    expect(await inbox.end()).toMatchObject({ code: 4401 });
    expect(Date.now() / 1000 - bob.principal.exp).toBeLessThan(5);
  });

  it("with 4400 when anything is said on it", async () => {
    const bob = await person();
    const inbox = await listen(bob.token);
    inbox.send('{"type":"message.send"}');
    expect(await inbox.end()).toEqual({ code: 4400, reason: "invalid" });
  });
});

/** A socket without a network. */
class FakeSocket implements InboxPeer {
  readonly id = crypto.randomUUID();
  readonly login;
  frames: InboxFrame[] = [];
  closed: CloseCode | null = null;
  heard: number;
  constructor(exp: number, now: number) {
    this.login = { sid: "s", iat: 0, exp };
    this.heard = now;
  }
  heardAt = () => this.heard;
  send = (frame: InboxFrame) => void this.frames.push(frame);
  close = (code: CloseCode) => {
    this.closed = code;
  };
}

describe("an inbox", () => {
  function begin(check: () => Outcome<Identity>) {
    const clock = new TestClock();
    const alarms: (number | null)[] = [];
    const storage = {
      setAlarm: async (at: number) => void alarms.push(at),
      deleteAlarm: async () => void alarms.push(null),
    };
    const all: FakeSocket[] = [];
    const sockets = () => all.filter(({ closed }) => closed === null);
    const inbox = new Inbox({
      clock,
      schedule: new Schedule(storage, clock),
      sessions: { check },
      tables: { spendTicket: () => true },
      sockets,
    });
    const enter = (lastsMs: number) => {
      const socket = new FakeSocket((clock.time + lastsMs) / 1000, clock.time);
      all.push(socket);
      inbox.enter(socket);
      return socket;
    };
    return { clock, alarms, inbox, enter };
  }
  const standing = () => ok({ user_id: freshId(), username: "bob", name: "Bob", role: "member" as const });

  it("sets its alarm for the first login to end, and none when nobody listens", () => {
    const { clock, alarms, inbox, enter } = begin(standing);
    const [long, short] = [enter(60_000), enter(30_000)];
    expect(alarms.at(-1)).toBe(clock.time + 30_000);
    clock.time += 30_000;
    inbox.check();
    expect([long.closed, short.closed]).toEqual([null, 4401]);
    long.closed = 1012;
    inbox.left(long.id);
    expect(alarms.at(-1)).toBeNull();
  });

  it("lets nobody in whose login has ended on the way", () => {
    const { enter } = begin(() => refuse("unauthorized", "The token is not valid."));
    expect(enter(60_000).closed).toBe(4401);
  });

  it("gives the place of a peer that fell silent to one who comes", () => {
    const { clock, enter } = begin(standing);
    const all = Array.from({ length: LIMITS.socketsPerUser }, () => enter(86_400_000));
    clock.time += LIMITS.silentMs + 1;
    for (const socket of all.slice(1)) socket.heard = clock.time;
    expect(enter(86_400_000).closed).toBeNull();
    expect(all.map(({ closed }) => closed)).toEqual([4408, ...Array(LIMITS.socketsPerUser - 1).fill(null)]);
  });

  it("asks a socket to come again before what it has not read can fill the memory", () => {
    const { inbox, enter } = begin(standing);
    const socket = enter(86_400_000);
    for (let n = 0; n < 20_000; n += 1) inbox.changed(n + 1);
    expect(socket.closed).toBe(4408);
    expect(socket.frames).toHaveLength(10_001);
  });
});
