// What the platform would charge for what was measured. Prices: Cloudflare's pricing pages for Workers, Durable Objects (with
// SQLite) and D1, Workers Paid plan, read 2026-11-21; the monthly $5 and all that it includes are left out.
import type { Measured } from "../run/runner.ts";
import { median } from "../work/statistics.ts";
import { ANSWER_SECONDS } from "../work/writes.ts";
import { grid } from "./table.ts";

const PRICES = {
  workerRequest: 0.3 / 1e6,
  objectRequest: 0.15 / 1e6,
  /** Of an object that is at work: always 128 MB. */
  objectSecond: 0.128 * (12.5 / 1e6),
  rowWritten: 1 / 1e6,
};
/** Messages that a client sends over a socket count a twentieth of a request. */
const SOCKET_MESSAGE = 1 / 20;
/** Of the user's object: the allowance is borrowed and settled. */
const ALLOWANCE_CALLS = 2;
/** Each flush is an alarm that was set, and after it the next one is set: a row each. */
const ALARMS_SET = 2;
/** Rows of an index beside each row of D1's tables, on average. */
const D1_INDEXES = 1.5;

/** Of a thousand people who stay connected for a month. */
const IDLE = { people: 1_000, conversations: 20, days: 30, connectsADay: 4 };

interface Item {
  what: string;
  amount: number;
  price: number;
}

export function costs(measured: Measured): string {
  const of = (metric: string) =>
    median((measured.writes?.Edgewise ?? []).map((metrics) => metrics[metric] ?? Number.NaN));
  const batches = of("batches");
  const message: Item[] = [
    {
      what: `rows that its object writes: ${Math.round(of("frames"))} frames of text`,
      amount: of("frames"),
      price: PRICES.rowWritten,
    },
    {
      what: "… and all else of the turn",
      amount: of("rows") - of("frames") + ALARMS_SET * batches,
      price: PRICES.rowWritten,
    },
    { what: "rows of D1, with their indexes", amount: of("d1Rows") * (1 + D1_INDEXES), price: PRICES.rowWritten },
    {
      what: `seconds in which the object works (${ANSWER_SECONDS} s of answer)`,
      amount: ANSWER_SECONDS,
      price: PRICES.objectSecond,
    },
    {
      what: "requests to objects: a socket's message, alarms, the allowance",
      amount: SOCKET_MESSAGE + batches + ALLOWANCE_CALLS,
      price: PRICES.objectRequest,
    },
  ];
  const connects = IDLE.people * IDLE.days * IDLE.connectsADay;
  const idle: Item[] = [
    {
      what: "connections: the worker's requests, with one for the ticket",
      amount: 2 * connects,
      price: PRICES.workerRequest,
    },
    { what: "… the objects': admission, socket, login", amount: 3 * connects, price: PRICES.objectRequest },
    { what: "… rows written: a ticket, where a login is connected", amount: 3 * connects, price: PRICES.rowWritten },
    {
      what: "an alarm a day for the end of logins",
      amount: IDLE.conversations * IDLE.days,
      price: PRICES.objectRequest,
    },
    { what: "pings (answered without waking) and idle seconds", amount: 0, price: 0 },
  ];
  return [
    `**A million questions, each with an answer of ${ANSWER_SECONDS} seconds** at 100 tokens a second, seen by its asker:`,
    bill(message, 1e6),
    `**A thousand people connected for a month**, ${IDLE.conversations} conversations, each person connecting ${IDLE.connectsADay} times a day:`,
    bill(idle, 1),
  ].join("\n\n");
}

function bill(items: readonly Item[], times: number): string {
  const dollars = (amount: number) => `$${amount.toFixed(2)}`;
  const each = (amount: number) => amount.toLocaleString("en", { maximumFractionDigits: 2 });
  const total = items.reduce((sum, { amount, price }) => sum + amount * price * times, 0);
  return grid([
    ["", times === 1 ? "number" : "each", "cost"],
    ...items.map(({ what, amount, price }) => [what, each(amount), dollars(amount * price * times)]),
    ["**all**", "", `**${dollars(total)}**`],
  ]);
}
