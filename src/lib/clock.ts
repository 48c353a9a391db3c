// Time and randomness come in through here, so that tests neither sleep nor guess.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `fn` once after `ms`; the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

/** ISO 8601, UTC, milliseconds: the only form in which times leave the server. */
export const iso = (ms: number): string => new Date(ms).toISOString();
