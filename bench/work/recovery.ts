// A Socket.IO client that is cut off in the middle of an answer and has its session again: what comes for it, beside what
// came meanwhile to one that stayed.
import { setTimeout as sleep } from "node:timers/promises";
import { questionFor } from "../model/question.ts";
import { StampReader } from "../model/stamp.ts";
import type { Server } from "../peers/peer.ts";
import { median } from "./statistics.ts";
import { atMost, type Work } from "./work.ts";

const RATE = 100;
const AWAY_MS = 3_000;

/** Bytes of the new connection, from its first, until it has caught up ÷ bytes that the other one got since the cut. */
async function recoverOnce(server: Server): Promise<number> {
  const room = await server.room(2, "socket.io");
  const [stays, returns] = [new StampReader(), new StampReader()];
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const witness = await room.join({ text: (text) => stays.take(text), ended: () => ended() });
  const cut = await room.join({ text: (text) => returns.take(text) });
  if (!cut.recover) throw new Error(`${server.name} recovers no sessions.`);
  void witness.send(questionFor({ tokens: 6 * RATE, rate: RATE }), { answer: true });
  await sleep(1_000);
  const before = witness.received();
  await cut.recover(AWAY_MS);
  while (returns.length < stays.length) await sleep(1);
  const ratio = cut.received() / (witness.received() - before);
  await end;
  await sleep(50);
  if (returns.length !== stays.length) throw new Error("Not all of the answer came.");
  cut.close();
  witness.close();
  return ratio;
}

export const RECOVERY: Work = {
  name: "sio-recover",
  peers: ["Edgewise"],
  fresh: false,
  onDisk: false,
  async measure(server, { quick }) {
    const ratios: number[] = [];
    for (let n = 0; n < (quick ? 1 : 3); n += 1) ratios.push(await recoverOnce(server));
    return { bytes: median(ratios) };
  },
  rows: [
    {
      what: "… a session recovered after 3 s, mid-answer: bytes ÷ what one got who stayed",
      metric: "bytes",
      unit: "ratio",
      aim: atMost(1.1, "≤ 1.1"),
    },
  ],
};
