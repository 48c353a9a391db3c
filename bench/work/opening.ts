// Opening a conversation: a long one must cost no more than a short one.
import { nowUs } from "../model/stamp.ts";
import type { Room, Server } from "../peers/peer.ts";
import { median } from "./statistics.ts";
import { atMost, type Work } from "./work.ts";

const CONTENT = "A message as people write them, neither short nor long.";
/** The latest fifty are told at first, the others are the page back. */
const SHORT = 100;
const LONG = 10_000;

interface Opening {
  ms: number;
  bytes: number;
  pageMs: number;
}

async function open(room: Room, compressed: { compressed?: true } = {}): Promise<Opening> {
  const started = nowUs();
  const connection = await room.join(compressed);
  const opened = nowUs();
  const bytes = connection.received();
  const asked = nowUs();
  await connection.older?.();
  const pageMs = (nowUs() - asked) / 1e3;
  connection.close();
  return { ms: (opened - started) / 1e3, bytes, pageMs };
}

async function openings(server: Server, messages: number, times: number): Promise<Opening & { compressed: number }> {
  const room = await server.room(2);
  await room.fill?.(messages, CONTENT);
  await open(room);
  const all: Opening[] = [];
  for (let n = 0; n < times; n += 1) all.push(await open(room));
  const of = (pick: (one: Opening) => number) => median(all.map(pick));
  const { bytes: compressed } = await open(room, { compressed: true });
  return { ms: of(({ ms }) => ms), bytes: of(({ bytes }) => bytes), pageMs: of(({ pageMs }) => pageMs), compressed };
}

export const OPENING: Work = {
  name: "open",
  peers: ["Edgewise", "Node"],
  fresh: false,
  onDisk: false,
  async measure(server, { quick }) {
    const times = quick ? 20 : 60;
    const short = await openings(server, SHORT, times);
    const long = await openings(server, quick ? LONG / 5 : LONG, times);
    return {
      ms: long.ms,
      bytes: long.bytes,
      compressed: long.compressed,
      pageMs: long.pageMs,
      msToShort: long.ms / short.ms,
      pageToShort: long.pageMs / short.pageMs,
    };
  },
  rows: [
    { what: "opening a conversation of 10,000 messages", metric: "ms", unit: "ms", aim: atMost(8, "≤ 8 ms") },
    { what: "… bytes, compressed as browsers ask", metric: "compressed", unit: "bytes", aim: atMost(9_000, "≤ 9 KB") },
    { what: "… bytes, to a client that cannot", metric: "bytes", unit: "bytes", aim: null },
    { what: "… a page back", metric: "pageMs", unit: "ms", aim: atMost(2, "≤ 2 ms") },
    { what: "… opening it ÷ opening one of 100", metric: "msToShort", unit: "ratio", aim: atMost(1.2, "the same") },
    { what: "… a page back ÷ a page back there", metric: "pageToShort", unit: "ratio", aim: atMost(1.2, "the same") },
  ],
};
