// The token of every measurement: 18 characters that carry their number in the answer and the moment of their emission,
// so that whoever sees one knows how long it took, and that none is missing, doubled or changed.

/** `00042@12345678901 `: the number, and microseconds of the machine's monotonic clock. */
export const TOKEN_LENGTH = 18;
const NUMBER = 5;
const TIME = 11;
const WRAP = 10 ** TIME;

/** Microseconds of the clock that all processes of one machine share. */
export function nowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}

export const stamp = (n: number, us: number): string =>
  `${String(n).padStart(NUMBER, "0")}@${String(Math.floor(us) % WRAP).padStart(TIME, "0")} `;

/** Reads one answer's text in whatever pieces it comes. Throws at the first token that is not the next one. */
export class StampReader {
  #rest = "";
  #next = 0;
  #latencies: number[] = [];

  /** Milliseconds from emission to sight, token by token. */
  get latencies(): readonly number[] {
    return this.#latencies;
  }
  /** Characters taken. */
  get length(): number {
    return this.#next * TOKEN_LENGTH + this.#rest.length;
  }

  take(text: string, seenUs = nowUs()): void {
    const all = this.#rest + text;
    let at = 0;
    for (; at + TOKEN_LENGTH <= all.length; at += TOKEN_LENGTH) {
      const n = Number(all.slice(at, at + NUMBER));
      if (n !== this.#next || all[at + NUMBER] !== "@")
        throw new Error(`Token ${this.#next} was due, and "${all.slice(at, at + TOKEN_LENGTH)}" came.`);
      this.#next += 1;
      const emitted = Number(all.slice(at + NUMBER + 1, at + TOKEN_LENGTH - 1));
      this.#latencies.push((((seenUs % WRAP) - emitted + WRAP) % WRAP) / 1e3);
    }
    this.#rest = all.slice(at);
  }
}
