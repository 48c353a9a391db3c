// What one answer writes: the platform charges by the row.
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { parseJson } from "../../src/protocol/json.ts";
import { questionFor } from "../model/question.ts";
import type { Server } from "../peers/peer.ts";
import { atMost, type Metrics, type Work } from "./work.ts";

/** Of the answer, at RATE. */
export const ANSWER_SECONDS = 5;
const SHORT = 5;
const RATE = 100;
/** Longer than the outbox gathers. */
const SETTLE_MS = 3_000;

const TurnEnded = z.object({ event: z.literal("turn.ended"), rows: z.int() });

/** The object's rows written, as its log says at the end of each turn. */
const rowsOf = (log: readonly string[]): number[] =>
  log.flatMap((line) => {
    const json = parseJson(line);
    const ended = json.ok ? TurnEnded.safeParse(json.value) : null;
    return ended?.success ? [ended.data.rows] : [];
  });

/** What answers of these lengths cost, one after the other in one conversation. */
async function turns(server: Server, tokens: readonly number[]): Promise<Metrics[]> {
  const room = await server.room(1);
  let ended = () => {};
  const connection = await room.join({ ended: () => ended() });
  const all: Metrics[] = [];
  for (const count of tokens) {
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const before = { database: await server.database(), frames: connection.textFrames() };
    await connection.send(questionFor({ tokens: count, rate: RATE }), { answer: true });
    await end;
    await sleep(SETTLE_MS);
    const after = await server.database();
    all.push({
      batches: (after?.requests ?? 0) - (before.database?.requests ?? 0),
      d1Rows: (after?.rowsWritten ?? 0) - (before.database?.rowsWritten ?? 0),
      frames: connection.textFrames() - before.frames,
      rows: rowsOf(server.log).at(-1) ?? Number.NaN,
    });
  }
  connection.close();
  return all;
}

export const WRITES: Work = {
  name: "writes",
  peers: ["Edgewise"],
  fresh: true, // its log is read
  onDisk: false,
  async measure(server) {
    // The first turn's rows are the conversation's creation too, and its title.
    const [, long = {}, short = {}] = await turns(server, [SHORT, ANSWER_SECONDS * RATE, SHORT]);
    const rowsAFrame = (Number(long.rows) - Number(short.rows)) / (Number(long.frames) - Number(short.frames));
    return { ...long, besides: Number(long.rows) - rowsAFrame * Number(long.frames), rowsAFrame };
  },
  rows: [
    {
      what: "an answer of 500 tokens: batches to D1",
      metric: "batches",
      unit: "count",
      aim: atMost(3, "≤ 3, none a token"),
    },
    { what: "… rows written there", metric: "d1Rows", unit: "count", aim: null },
    { what: "… text frames sent", metric: "frames", unit: "count", aim: null },
    {
      what: "… rows that its object wrote for a frame",
      metric: "rowsAFrame",
      unit: "ratio",
      aim: atMost(1.05, "≤ 1, and deleting"),
    },
    { what: "… and besides", metric: "besides", unit: "count", aim: null },
  ],
};
