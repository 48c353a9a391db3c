// Coming back in the middle of an answer: how soon the screen is whole, what came for it, and what is lost for good.
import { setTimeout as sleep } from "node:timers/promises";
import { questionFor } from "../model/question.ts";
import { nowUs, StampReader, TOKEN_LENGTH } from "../model/stamp.ts";
import { OWN_WAY, type Server } from "../peers/peer.ts";
import { median } from "./statistics.ts";
import { atMost, type Metrics, type Work } from "./work.ts";

const RATE = 100;
const AWAY_MS = 3_000;

/** One break of three seconds in an answer that a second viewer sees without one. */
async function breakOnce(server: Server): Promise<Metrics> {
  const room = await server.room(2);
  const steady = new StampReader();
  const returning = new StampReader();
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const witness = await room.join({ text: (text) => steady.take(text), ended: () => ended() });
  const before = await room.join({ text: (text) => returning.take(text) });
  void witness.send(questionFor({ tokens: 6 * RATE, rate: RATE }), { answer: true });
  await sleep(1_000);
  before.close();
  const had = returning.length;
  await sleep(AWAY_MS);

  const started = nowUs();
  let whole = { ms: Number.NaN, missing: Number.NaN };
  let seen = 0;
  let holed = false;
  const again = await room.rejoin(before, {
    text(text) {
      seen += text.length;
      try {
        if (!holed) returning.take(text);
      } catch {
        holed = true; // what came is not what follows
      }
      if (holed || !Number.isNaN(whole.ms) || returning.length < steady.length) return;
      whole = { ms: (nowUs() - started) / 1e3, missing: returning.length - had };
    },
  });
  while (Number.isNaN(whole.ms) && !holed) await sleep(1);
  const bytes = again.received();
  await end;
  await sleep(50);
  again.close();
  witness.close();
  const lost = (steady.length - had - seen) / TOKEN_LENGTH;
  return { ms: whole.ms, bytes: bytes / whole.missing, lost };
}

export const RESUME: Work = {
  name: "resume",
  peers: OWN_WAY,
  fresh: false,
  onDisk: false,
  async measure(server, { quick }) {
    const all: Metrics[] = [];
    for (let n = 0; n < (quick ? 1 : 3); n += 1) all.push(await breakOnce(server));
    const of = (name: string) => median(all.map((one) => one[name] ?? Number.NaN));
    return { ms: of("ms"), bytes: of("bytes"), lost: of("lost") };
  },
  rows: [
    {
      what: "back after 3 s away in an answer of 100 tokens/s: tokens lost",
      metric: "lost",
      unit: "count",
      aim: atMost(0, "none, and no hole"),
    },
    { what: "… whole again, ticket and all", metric: "ms", unit: "ms", aim: atMost(20, "≤ 20 ms") },
    { what: "… bytes ÷ missing text", metric: "bytes", unit: "ratio", aim: atMost(1.2, "≤ 1.2") },
  ],
};
