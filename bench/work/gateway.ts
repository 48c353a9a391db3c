// Clients of Socket.IO, the same library against each server: what they see of an answer and of each other, how many come
// in at once, and what one more costs.
import { setTimeout as sleep } from "node:timers/promises";
import { nowUs } from "../model/stamp.ts";
import { type Connection, type Room, type Server, SOCKET_IO } from "../peers/peer.ts";
import { residentBytes } from "../run/proc.ts";
import { streamAnswers } from "./answers.ts";
import { median, quantile } from "./statistics.ts";
import { type Aim, atMostTimes, type Work } from "./work.ts";

const PEOPLE = 20;
const CONTENT = "A message as people write them, neither short nor long.";
/** Text waits for a frame of a display before it is sent (protocol.md). */
const PACING_MS = 16;
const COMING = 100;
const SETTLE_MS = 15_000;

interface Full {
  people: Connection[];
  /** Resolves when everybody has heard the next message. */
  heard(): Promise<void>;
}

async function fill(room: Room, size: number): Promise<Full> {
  let left = 0;
  let all = () => {};
  const message = () => {
    left -= 1;
    if (left === 0) all();
  };
  const people: Connection[] = [];
  while (people.length < size)
    people.push(
      ...(await Promise.all(Array.from({ length: Math.min(50, size - people.length) }, () => room.join({ message })))),
    );
  return {
    people,
    heard: () =>
      new Promise((resolve) => {
        left = size;
        all = resolve;
      }),
  };
}

/** One message after the other; milliseconds until it is acknowledged, and until the last has heard it. */
async function broadcasts(server: Server, size: number, messages: number) {
  const { people, heard } = await fill(await server.room(PEOPLE, "socket.io"), size);
  const acknowledged: number[] = [];
  const everybody: number[] = [];
  for (let n = 0; n < messages; n += 1) {
    const all = heard();
    const started = nowUs();
    const since = () => (nowUs() - started) / 1e3;
    const sent = people[n % size]?.send(CONTENT, { answer: false }).then(() => acknowledged.push(since()));
    await all;
    everybody.push(since());
    await sent;
    await sleep(15);
  }
  for (const person of people) person.close();
  return { acknowledged: median(acknowledged), everybody: median(everybody) };
}

/** Connections a second, log-in and joining included. */
async function comeIn(server: Server, sockets: number): Promise<number> {
  const room = await server.room(PEOPLE, "socket.io");
  const started = nowUs();
  const { people } = await fill(room, sockets);
  const rate = (sockets * 1e6) / (nowUs() - started);
  for (const person of people) person.close();
  return rate;
}

/** Bytes that one more socket takes, fifty a room. */
async function memory(server: Server, sockets: number): Promise<number> {
  const open = async (count: number) => {
    const all: Connection[] = [];
    while (all.length < count) all.push(...(await fill(await server.room(10, "socket.io"), 50)).people);
    await sleep(SETTLE_MS);
    return all;
  };
  const warm = await open(100);
  const before = residentBytes([server.pid]);
  const more = await open(sockets);
  const bytes = (residentBytes([server.pid]) - before) / sockets;
  for (const one of [...warm, ...more]) one.close();
  return bytes;
}

const pacedTimesNode = (factor: number): Aim => ({
  words: `≤ ${PACING_MS} ms + ${factor} × Node`,
  met: (edgewise, others) => edgewise <= PACING_MS + factor * others("Node"),
});

const base = { peers: SOCKET_IO, fresh: false, onDisk: false } as const;

export const GATEWAY: readonly Work[] = [
  {
    ...base,
    name: "sio-relay",
    async measure(server, { quick }) {
      const load = { conversations: 20, viewers: 1, rate: 100, door: "socket.io" } as const;
      await streamAnswers(server, { ...load, tokens: 100 }); // warm
      const { latencies, cpu, wire } = await streamAnswers(server, { ...load, tokens: quick ? 300 : 1_000 });
      return { p50: median(latencies), p99: quantile(latencies, 0.99), cpu, wire };
    },
    rows: [
      {
        what: "Socket.IO clients: token relay, 20 conversations × 100 tokens/s: p50",
        metric: "p50",
        unit: "ms",
        aim: pacedTimesNode(2),
      },
      { what: "… p99", metric: "p99", unit: "ms", aim: atMostTimes(1, "Node", "< Node") },
      { what: "… CPU for 1,000 delivered tokens", metric: "cpu", unit: "ms", aim: null },
      { what: "… bytes on the wire ÷ text", metric: "wire", unit: "ratio", aim: null },
    ],
  },
  {
    ...base,
    name: "sio-room",
    async measure(server, { quick }) {
      await broadcasts(server, 50, 10); // warm
      const { acknowledged, everybody } = await broadcasts(server, 50, quick ? 40 : 150);
      return { acknowledged, everybody, crowd: (await broadcasts(server, 500, quick ? 10 : 40)).everybody };
    },
    rows: [
      { what: "… send → acknowledged, room of 50", metric: "acknowledged", unit: "ms", aim: null },
      { what: "… send → seen by all 50", metric: "everybody", unit: "ms", aim: null },
      {
        what: "… send → seen by all of 500",
        metric: "crowd",
        unit: "ms",
        aim: atMostTimes(2, "Node", "≤ 2 × Node"),
      },
    ],
  },
  {
    ...base,
    name: "sio-connect",
    async measure(server, { quick }) {
      await comeIn(server, COMING); // warm
      return { rate: await comeIn(server, quick ? 2 * COMING : 5 * COMING) };
    },
    rows: [
      {
        what: "… connections, fifty at once, each logged in and joined",
        metric: "rate",
        unit: "per second",
        aim: null,
      },
    ],
  },
  {
    ...base,
    name: "sio-memory",
    fresh: true,
    measure: async (server, { quick }) => ({ bytes: await memory(server, quick ? 300 : 800) }),
    rows: [{ what: "… memory of one more socket", metric: "bytes", unit: "bytes", aim: null }],
  },
];
