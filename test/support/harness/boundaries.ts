// The numbered places at which a turn can be broken off (reliability.md §3), each as something seen from outside.
import type { ClientHappening } from "./client.ts";
import type { Random } from "./random.ts";

export type Happening =
  | ClientHappening
  | { type: "call"; repeated: boolean }
  | { type: "token"; count: number }
  | { type: "finish_sent" }
  | { type: "d1"; at: "received" | "committed" };

export interface Boundary {
  name: string;
  /** Is this the moment? */
  matches(happening: Happening): boolean;
  /** The kill follows after this many ms: from, to. Without it: at once, before anything else runs. */
  delay?: [number, number];
}

const type =
  (wanted: Happening["type"]) =>
  (happening: Happening): boolean =>
    happening.type === wanted;

/** One kill's place; `n` counts frames and tokens. */
const BOUNDARIES: ((random: Random) => Boundary)[] = [
  () => ({ name: "1 message sent", matches: type("sent"), delay: [0, 3] }),
  () => ({ name: "2 message acknowledged", matches: type("acknowledged") }),
  () => ({ name: "3 provider called", matches: (h) => h.type === "call" && !h.repeated }),
  (random) => {
    const n = random.between(1, 8);
    return { name: "4 text frame seen", matches: (h) => h.type === "text" && h.count === n };
  },
  (random) => {
    const n = random.between(1, 20);
    return { name: "5 token sent by the provider", matches: (h) => h.type === "token" && h.count === n };
  },
  () => ({ name: "6 finish sent by the provider", matches: type("finish_sent") }),
  () => ({ name: "7 end of turn seen", matches: type("turn_ended") }),
  () => ({ name: "10 provider called by the recovery", matches: (h) => h.type === "call" && h.repeated }),
  () => ({ name: "11 cancel acknowledged", matches: type("cancel_acknowledged"), delay: [0, 50] }),
  () => ({ name: "12 any time", matches: () => true, delay: [0, 400] }),
];

const DATABASE_BOUNDARIES: typeof BOUNDARIES = [
  () => ({ name: "8 outbox at the database", matches: (h) => h.type === "d1" && h.at === "received" }),
  () => ({ name: "9 outbox committed, not answered", matches: (h) => h.type === "d1" && h.at === "committed" }),
];

/** Kills in an order by chance in which every boundary comes equally often. */
export function* killPlan(random: Random, withDatabase: boolean): Generator<Boundary, never> {
  const all = withDatabase ? [...BOUNDARIES, ...DATABASE_BOUNDARIES] : BOUNDARIES;
  for (;;) {
    const left = [...all];
    while (left.length > 0) {
      const [make] = left.splice(random.between(0, left.length - 1), 1);
      if (make) yield make(random);
    }
  }
}

/** Kills at the first happening that fits what is armed. */
export class Tripwire {
  #armed: { boundary: Boundary; fire: () => void } | null = null;
  #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get waitsForCancel(): boolean {
    return this.#armed?.boundary.name.startsWith("11") ?? false;
  }

  trip(happening: Happening): void {
    const armed = this.#armed;
    if (!armed?.boundary.matches(happening)) return;
    this.#armed = null;
    const { delay } = armed.boundary;
    if (delay) setTimeout(armed.fire, this.#random.between(...delay));
    else armed.fire();
  }

  /** Calls `kill` once: at the boundary, or after `patience` ms without it; resolves with whether it was met. */
  arm(boundary: Boundary, patience: number, kill: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        if (this.#armed === null) return; // met, and the delay still runs
        this.#armed = null;
        kill();
        resolve(false);
      }, patience);
      const fire = () => {
        clearTimeout(timer);
        kill();
        resolve(true);
      };
      this.#armed = { boundary, fire };
    });
  }
}
