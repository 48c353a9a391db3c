// Time to first token: from sending a question to seeing the answer begin, by a model that begins at once.
import { questionFor } from "../model/question.ts";
import { nowUs } from "../model/stamp.ts";
import { OWN_WAY, type Server } from "../peers/peer.ts";
import { median } from "./statistics.ts";
import type { Work } from "./work.ts";

/** One question after the other in one conversation; milliseconds each. */
async function firstTokens(server: Server, questions: number): Promise<number[]> {
  const room = await server.room(1);
  const times: number[] = [];
  let askedAt = 0;
  let seen = true;
  let ended = () => {};
  const connection = await room.join({
    text() {
      if (!seen) times.push((nowUs() - askedAt) / 1e3);
      seen = true;
    },
    ended: () => ended(),
  });
  for (let n = 0; n < questions; n += 1) {
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    seen = false;
    askedAt = nowUs();
    void connection.send(questionFor({ tokens: 3, rate: 100 }), { answer: true });
    await end;
  }
  connection.close();
  return times;
}

export const FIRST_TOKEN: Work = {
  name: "first",
  peers: OWN_WAY,
  fresh: false,
  onDisk: true,
  async measure(server, { quick }) {
    await firstTokens(server, 5); // warm
    return { p50: median(await firstTokens(server, quick ? 15 : 40)) };
  },
  rows: [
    {
      what: "time to first token, of a model that begins at once",
      metric: "p50",
      unit: "ms",
      aim: {
        words: "≤ Node, ≤ 1.5 × DO",
        met: (edgewise, others) => edgewise <= others("Node") && edgewise <= 1.5 * others("DO"),
      },
    },
  ],
};
