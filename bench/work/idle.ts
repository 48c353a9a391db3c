// Sockets on which nothing happens: their memory, whether anything wakes, and how soon the first message comes through.
import { setTimeout as sleep } from "node:timers/promises";
import { nowUs } from "../model/stamp.ts";
import { type Connection, OWN_WAY, type Server } from "../peers/peer.ts";
import { cpuSeconds, residentBytes, wakeUps } from "../run/proc.ts";
import { median } from "./statistics.ts";
import { atMost, atMostTimes, type Metrics, type Work } from "./work.ts";

const A_CONVERSATION = 50;
const PEOPLE = 10;
/** An object sleeps after ten seconds; then its memory is given back. */
const SETTLE_MS = 15_000;
/** The share of them that warms the server up: what each of the others adds is counted. */
const WARM = 0.2;

interface Pair {
  sender: Connection;
  arrived: () => Promise<void>;
}

async function conversation(server: Server): Promise<{ connections: Connection[]; pair: Pair }> {
  const room = await server.room(PEOPLE);
  let heard = () => {};
  const sender = await room.join({});
  const receiver = await room.join({ message: () => heard() });
  const connections = [sender, receiver];
  while (connections.length < A_CONVERSATION) connections.push(await room.join({}));
  const arrived = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });
  return { connections, pair: { sender, arrived } };
}

/** Milliseconds from sending to another person's sight. */
async function deliver({ sender, arrived }: Pair): Promise<number> {
  const arrival = arrived();
  const started = nowUs();
  const acknowledgement = sender.send("Is anybody there?", { answer: false });
  await arrival;
  const ms = (nowUs() - started) / 1e3;
  await acknowledgement;
  return ms;
}

async function measure(server: Server, sockets: number, idleMs: number): Promise<Metrics> {
  const rooms: Awaited<ReturnType<typeof conversation>>[] = [];
  const open = async (upTo: number) => {
    while (rooms.length < upTo / A_CONVERSATION) rooms.push(await conversation(server));
    await sleep(SETTLE_MS);
    return residentBytes([server.pid]);
  };
  const few = await open(sockets * WARM);
  const memory = ((await open(sockets)) - few) / (sockets * (1 - WARM));
  const processes = [server.pid, ...server.helpers];
  const before = { cpu: cpuSeconds(processes), wakes: wakeUps([server.pid]), db: await server.database() };
  await sleep(idleMs);
  const minutes = idleMs / 60_000;
  const asked = ((await server.database())?.requests ?? 0) - (before.db?.requests ?? 0);
  const idle = {
    memory,
    cpu: ((cpuSeconds(processes) - before.cpu) * 1e3) / minutes,
    wakes: (wakeUps([server.pid]) - before.wakes) / minutes,
    asked: asked / minutes,
  };
  const first: number[] = [];
  const then: number[] = [];
  for (const { pair } of rooms.slice(0, 20)) {
    first.push(await deliver(pair));
    then.push(await deliver(pair));
  }
  for (const { connections } of rooms) for (const connection of connections) connection.close();
  return { ...idle, waking: median(first), awake: median(then) };
}

const idle = (name: string, sockets: number, many: string): Work => ({
  name,
  peers: OWN_WAY,
  fresh: true,
  onDisk: false,
  measure: (server, { quick }) => measure(server, sockets, quick ? 10_000 : 60_000),
  rows: [
    {
      what: `${many} idle sockets, 50 a conversation: memory for one more`,
      metric: "memory",
      unit: "bytes",
      aim: atMostTimes(1.1, "DO", "≤ 1.1 × DO"),
    },
    {
      what: "… CPU in an idle minute",
      metric: "cpu",
      unit: "ms",
      aim: atMostTimes(1, "DO", "as DO: no timer wakes it", 20),
    },
    { what: "… times its threads woke in an idle minute", metric: "wakes", unit: "count", aim: null },
    { what: "… requests to its database in an idle minute", metric: "asked", unit: "count", aim: atMost(0, "none") },
    { what: "… a message to a conversation that slept, sent → seen", metric: "waking", unit: "ms", aim: null },
    { what: "… the next one", metric: "awake", unit: "ms", aim: null },
  ],
});

export const IDLE: readonly Work[] = [idle("idle1000", 1_000, "1,000"), idle("idle5000", 5_000, "5,000")];
