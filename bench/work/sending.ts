// Messages in rooms of twenty people: how soon one is acknowledged, and how many a second there can be.
import { setTimeout as sleep } from "node:timers/promises";
import { nowUs } from "../model/stamp.ts";
import { type Connection, OWN_WAY, type Server } from "../peers/peer.ts";
import { median, quantile } from "./statistics.ts";
import { atLeastTimes, atMostTimes, type Work } from "./work.ts";

const PEOPLE = 20;
const CONTENT = "A message as people write them, neither short nor long.";
/** Of each person: a conversation takes 100 commands a second, so the rooms together may have 100 × as many as there are. */
const SPACING_MS = 205;

async function fullRoom(server: Server): Promise<{ people: Connection[]; delivered: () => number }> {
  const room = await server.room(PEOPLE);
  let delivered = 0;
  const people: Connection[] = [];
  const message = () => {
    delivered += 1;
  };
  for (let n = 0; n < PEOPLE; n += 1) people.push(await room.join({ message }));
  return { people, delivered: () => delivered };
}

/** One message after the other, each by the next person; milliseconds from sending to acknowledgement. */
async function acknowledgements(server: Server, messages: number): Promise<number[]> {
  const { people } = await fullRoom(server);
  const times: number[] = [];
  for (let n = 0; n < messages; n += 1) {
    const started = nowUs();
    await people[n % PEOPLE]?.send(CONTENT, { answer: false });
    times.push((nowUs() - started) / 1e3);
    await sleep(15);
  }
  for (const person of people) person.close();
  return times;
}

/** Everybody in many rooms sends the next message as soon as the last is acknowledged; messages a second. */
async function throughput(server: Server, rooms: number, seconds: number): Promise<number> {
  const full = [];
  for (let n = 0; n < rooms; n += 1) full.push(await fullRoom(server));
  let acknowledged = 0;
  let open = true;
  const writers = full
    .flatMap(({ people }) => people)
    .map(async (person, n) => {
      await sleep((n * SPACING_MS) / (rooms * PEOPLE));
      while (open) {
        const pause = sleep(SPACING_MS);
        await person.send(CONTENT, { answer: false });
        acknowledged += 1;
        await pause;
      }
    });
  await sleep(1_000);
  const [started, before] = [nowUs(), acknowledged];
  await sleep(seconds * 1_000);
  const rate = ((acknowledged - before) * 1e6) / (nowUs() - started);
  open = false;
  await Promise.all(writers);
  await sleep(100);
  const delivered = full.reduce((sum, room) => sum + room.delivered(), 0);
  if (delivered !== acknowledged * PEOPLE) throw new Error(`${delivered} of ${acknowledged * PEOPLE} were delivered.`);
  for (const { people } of full) for (const person of people) person.close();
  return rate;
}

export const SENDING: Work = {
  name: "send",
  peers: OWN_WAY,
  fresh: false,
  onDisk: true,
  async measure(server, { quick }) {
    await acknowledgements(server, 20); // warm
    const times = await acknowledgements(server, quick ? 60 : 200);
    const rate = await throughput(server, quick ? 10 : 20, quick ? 2 : 5);
    return { p50: median(times), p99: quantile(times, 0.99), rate };
  },
  rows: [
    {
      what: "send → acknowledged (durable), room of 20: p50",
      metric: "p50",
      unit: "ms",
      aim: atMostTimes(1, "DO", "≤ DO + 1 ms", 1),
    },
    { what: "… p99", metric: "p99", unit: "ms", aim: null },
    {
      what: "… most messages, rooms of 20",
      metric: "rate",
      unit: "per second",
      aim: atLeastTimes(0.75, "DO", "≥ 0.75 × DO"),
    },
  ],
};
