// Token relay: how late a token is seen, what that costs, and how many bytes it takes.
import { OWN_WAY } from "../peers/peer.ts";
import { streamAnswers } from "./answers.ts";
import { median, quantile } from "./statistics.ts";
import { atLeastTimes, atMost, atMostTimes, type Row, type Work } from "./work.ts";

const RATE = 100;

function relay(name: string, conversations: number, viewers: number, rows: readonly Row[]): Work {
  return {
    name,
    peers: OWN_WAY,
    fresh: false,
    onDisk: true,
    async measure(server, { quick }) {
      await streamAnswers(server, { conversations, viewers, tokens: RATE, rate: RATE }); // warm
      const tokens = RATE * (quick ? 3 : 10);
      const load = { conversations, viewers, tokens, rate: RATE };
      const { latencies, cpu, wire } = await streamAnswers(server, load);
      const { wire: compressed } = await streamAnswers(server, { ...load, tokens: 2 * RATE, compressed: true });
      return { p50: median(latencies), p99: quantile(latencies, 0.99), cpu, wire, compressed };
    },
    rows,
  };
}

const many = (viewers: number) => `20 conversations × ${RATE} tokens/s, ${viewers} viewer${viewers > 1 ? "s" : ""}`;
const late = {
  ...atMostTimes(1, "DO25", "≤ DO25"),
  onDisk: atMostTimes(2, "DO25", "≤ 2 × DO25"),
};

export const RELAY: readonly Work[] = [
  relay("relay", 4, 1, [
    { what: "token relay, 4 conversations × 100 tokens/s: p50", metric: "p50", unit: "ms", aim: atMost(12, "≤ 12 ms") },
    { what: "… p99", metric: "p99", unit: "ms", aim: atMost(25, "≤ 25 ms") },
    { what: "… bytes on the wire ÷ text", metric: "wire", unit: "ratio", aim: atMost(2, "≤ 2") },
    { what: "… compressed as browsers ask", metric: "compressed", unit: "ratio", aim: atMost(1.4, "better 1.4") },
  ]),
  relay("relay20", 20, 1, [
    { what: `${many(1)}: p99`, metric: "p99", unit: "ms", aim: late },
    {
      what: "… CPU for 1,000 delivered tokens",
      metric: "cpu",
      unit: "ms",
      aim: atMostTimes(1.3, "DO", "≤ 1.3 × DO"),
    },
  ]),
  relay("relay20x5", 20, 5, [
    { what: `${many(5)}: p99`, metric: "p99", unit: "ms", aim: late },
    {
      what: "… CPU for 1,000 delivered tokens",
      metric: "cpu",
      unit: "ms",
      aim: atMostTimes(1.35, "DO25", "≤ 1.35 × DO25"),
    },
  ]),
  {
    name: "burst",
    peers: OWN_WAY,
    fresh: false,
    onDisk: true,
    async measure(server, { quick }) {
      await streamAnswers(server, { conversations: 1, viewers: 1, tokens: 5_000, rate: 0 }); // warm
      const rounds = quick ? 2 : 5;
      const all = [];
      for (let n = 0; n < rounds; n += 1)
        all.push(await streamAnswers(server, { conversations: 1, viewers: 1, tokens: 25_000, rate: 0 }));
      return { rate: median(all.map(({ rate }) => rate)), wire: median(all.map(({ wire }) => wire)) };
    },
    rows: [
      {
        what: "one answer of 25,000 tokens as fast as the model gives it: tokens",
        metric: "rate",
        unit: "per second",
        aim: atLeastTimes(1.5, "DO", "≥ 1.5 × DO, better DO25"),
      },
      { what: "… bytes on the wire ÷ text", metric: "wire", unit: "ratio", aim: atMost(1.1, "≤ 1.1") },
    ],
  },
];
