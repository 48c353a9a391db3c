// Time and randomness of the resume client, as one value that tests replace.

export interface Environment {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `fn` once after `ms`; the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** A key that is never given twice. */
  newId(): string;
}

export const systemEnvironment: Environment = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  // Not `crypto.randomUUID`: browsers have it on secure origins only, and a page may be served in a plain local net.
  newId: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
};
