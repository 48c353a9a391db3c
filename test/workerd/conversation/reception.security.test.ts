// What a frame from a socket meets before anything is carried out (security.md §5, §6).
import { expect, it } from "vitest";
import type { Principal } from "../../../src/auth/principal.ts";
import { Expiry } from "../../../src/conversation/audience/expiry.ts";
import { Presence } from "../../../src/conversation/audience/presence.ts";
import { type Peer, Reception } from "../../../src/conversation/audience/reception.ts";
import { Turnstile } from "../../../src/conversation/audience/turnstile.ts";
import { ok } from "../../../src/protocol/errors.ts";
import { FAREWELL } from "../../../src/protocol/farewells.ts";
import { ADA, inRig, type Rig, Watcher } from "./rig.ts";

/** A socket with `commands` left before it floods. */
function peerOf(
  rig: Rig,
  principal: Principal,
  commands = 40,
  durable = () => Promise.resolve(),
  work: (type: string) => Promise<void> = () => Promise.resolve(),
) {
  const watcher = new Watcher(principal);
  rig.audience.add(watcher);
  let left = commands;
  const peer: Peer = {
    id: watcher.id,
    principal,
    heard: () => {},
    renew: () => {},
    countMalformed: () => false,
    takeCommand: () => (left-- > 0 ? 0 : 50),
  };
  const carriedOut: string[] = [];
  const reception = new Reception({
    audience: rig.audience,
    presence: new Presence(rig.clock, rig.audience, (signal, except) => rig.audience.signal(signal, except), {
      nameOf: ({ name }) => name,
      at: () => null,
      write: () => false,
    }),
    log: () => {},
    turnstile: new Turnstile(durable),
    expired: (who) => Expiry.expired(who, rig.clock.now()),
    fresh: () => true,
    confirm: async () => ok({ user_id: 1, username: "ada", name: "Ada", role: "member" as const }),
    refused: () => {},
    carryOut: async (_, command) => {
      carriedOut.push(command.type);
      await work(command.type);
      return ok({});
    },
  });
  return { watcher, carriedOut, receive: (frame: object) => reception.receive(peer, JSON.stringify(frame)) };
}

const send = { type: "message.send", ref: 1, client_id: "a", content: "Hi" };

it("a token that has run out carries nothing out, though no alarm has come yet", () =>
  inRig(async (rig) => {
    const { watcher, carriedOut, receive } = peerOf(rig, { ...ADA, exp: rig.clock.now() / 1000 + 1 });
    await receive(send);
    rig.clock.time += 1_000;
    await receive(send);
    await receive(send);
    expect(carriedOut).toEqual(["message.send"]);
    expect(watcher.closed).toBe(4401);
  }));

it("what comes while a commit is on its way waits for it and is carried out together, in order", () =>
  inRig(async (rig) => {
    const commits: (() => void)[] = [];
    const { carriedOut, receive } = peerOf(rig, ADA, 40, () => new Promise((done) => commits.push(done)));
    const types = ["message.send", "history", "message.send"];
    const all = types.map((type, ref) => receive({ ...send, type, ref }));
    await rig.settle();
    expect([carriedOut, commits.length]).toEqual([["message.send"], 1]);
    commits[0]?.();
    await Promise.all(all);
    expect([carriedOut, commits.length]).toEqual([types, 2]);
    await Promise.all([receive(send), commits[1]?.()]);
    expect(carriedOut).toHaveLength(4);
  }));

it("what waited for a commit waits for nothing that is asked before it: a slow page of history holds no message up", () =>
  inRig(async (rig) => {
    let done = () => {};
    const commit = new Promise<void>((resolve) => {
      done = resolve;
    });
    const never = new Promise<void>(() => {});
    const away = (type: string) => (type === "history" ? never : Promise.resolve());
    const { carriedOut, receive } = peerOf(rig, ADA, 40, () => commit, away);
    void receive(send);
    void receive({ type: "history", ref: 2, limit: 10 });
    const sent = receive({ ...send, ref: 3 });
    done();
    await sent;
    expect(carriedOut).toEqual(["message.send", "history", "message.send"]);
  }));

it("what waits for a commit is not carried out when its socket was closed meanwhile", () =>
  inRig(async (rig) => {
    let done = () => {};
    const commit = new Promise<void>((resolve) => {
      done = resolve;
    });
    const { watcher, carriedOut, receive } = peerOf(rig, ADA, 40, () => commit);
    const all = [receive(send), receive({ ...send, ref: 2 })];
    rig.audience.dismiss(watcher.id, FAREWELL.ended);
    done();
    await Promise.all(all);
    expect(carriedOut).toEqual(["message.send"]);
  }));

it("probes that nobody asked for count as commands, and their flood is closed", () =>
  inRig(async (rig) => {
    const { watcher, receive } = peerOf(rig, ADA, 3);
    for (let n = 0; n < 4; n += 1) await receive({ type: "probe", n });
    expect(watcher.closed).toBe(4429);
  }));

it("the proof that was asked for is free", () =>
  inRig(async (rig) => {
    const { watcher, receive } = peerOf(rig, ADA, 0);
    for (let i = 0; i < 300; i += 1) rig.ask("Hi", ADA, { answer: false });
    const asked = watcher.frames.find((frame) => frame.type === "probe");
    await receive(asked ?? {});
    expect(asked).toBeDefined();
    expect(watcher.closed).toBeNull();
  }));

it("history waits for a socket that has much unread, and says so", () =>
  inRig(async (rig) => {
    const { watcher, carriedOut, receive } = peerOf(rig, ADA);
    const answer = { type: "reply", json: JSON.stringify({ type: "reply", ref: 1, ok: true, x: "y".repeat(300_000) }) };
    rig.audience.tell(watcher.id, [{ ...answer, id: null }]);
    await receive({ type: "history", ref: 7 });
    expect(carriedOut).toEqual([]);
    expect(watcher.frames.at(-1)).toMatchObject({ type: "reply", ref: 7, ok: false, error: { code: "rate_limited" } });
    expect(watcher.closed).toBeNull();
  }));

it("probes have numbers that nobody can guess", () =>
  inRig((rig) => {
    const numbers = Array.from({ length: 3 }, () => {
      const { watcher } = peerOf(rig, ADA);
      for (let i = 0; i < 300; i += 1) rig.ask("Hi", ADA, { answer: false });
      rig.audience.remove(watcher.id);
      return watcher.frames.flatMap((frame) => (frame.type === "probe" ? [frame.n] : []))[0] ?? 0;
    });
    expect(new Set(numbers).size).toBe(3);
    expect(Math.max(...numbers)).toBeGreaterThan(1_000);
  }));
