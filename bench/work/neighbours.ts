// One who does not read and one who floods, beside five who read an answer: what do the five notice (R13)?
import { setTimeout as sleep } from "node:timers/promises";
import { questionFor } from "../model/question.ts";
import { StampReader } from "../model/stamp.ts";
import { OWN_WAY, type Room, type Server } from "../peers/peer.ts";
import { median, quantile } from "./statistics.ts";
import { atMost, type Work } from "./work.ts";

const READERS = 5;
const RATE = 100;
const FLOOD_MS = 5;
/** How long somebody waits who was thrown out. */
const BACK_MS = 1_000;

/** The readers' p99, with the two beside them or without. */
async function readersP99(server: Server, seconds: number, troubled: boolean): Promise<number> {
  const room = await server.room(READERS + 2);
  const readers: StampReader[] = [];
  const ends: Promise<void>[] = [];
  const connections = [];
  for (let n = 0; n < READERS; n += 1) {
    const reader = new StampReader();
    let ended = () => {};
    ends.push(
      new Promise((resolve) => {
        ended = resolve;
      }),
    );
    connections.push(await room.join({ text: (text) => reader.take(text), ended: () => ended() }));
    readers.push(reader);
  }
  const stuck = await room.join({});
  if (troubled) stuck.stall();
  else stuck.close();
  const flooding = new AbortController();
  const flooded = troubled ? flood(room, flooding.signal) : Promise.resolve();
  void connections[0]?.send(questionFor({ tokens: seconds * RATE, rate: RATE }), { answer: true });
  await Promise.all(ends);
  flooding.abort();
  await flooded;
  stuck.close();
  for (const connection of connections) connection.close();
  return quantile(
    readers.flatMap(({ latencies }) => latencies),
    0.99,
  );
}

/** 200 messages a second, none waited for, and back again whenever the server has had enough. */
async function flood(room: Room, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let open = true;
    const connection = await room.join({
      closed() {
        open = false;
      },
    });
    while (open && !signal.aborted) {
      connection.send("flood", { answer: false }).catch(() => {}); // refused, or thrown out: as it should be
      await sleep(FLOOD_MS);
    }
    connection.close();
    await sleep(BACK_MS, undefined, { signal }).catch(() => {});
  }
}

export const NEIGHBOURS: Work = {
  name: "neighbours",
  peers: OWN_WAY,
  fresh: false,
  onDisk: false,
  async measure(server, { quick }) {
    const seconds = quick ? 3 : 8;
    await readersP99(server, 2, false); // warm
    const changes: number[] = [];
    for (let n = 0; n < (quick ? 1 : 3); n += 1) {
      const calm = await readersP99(server, seconds, false);
      changes.push((await readersP99(server, seconds, true)) / calm - 1);
    }
    return { change: 100 * median(changes) };
  },
  rows: [
    {
      what: "a stuck reader and a flooder beside five readers: their p99 changes by",
      metric: "change",
      unit: "percent",
      aim: atMost(20, "≤ 20 %"),
    },
  ],
};
