// How long to wait before trying again: full jitter, so that many clients do not come back at the same moment.

const LEAST_MS = 250;
const MOST_MS = 5_000;

/** Milliseconds before try `attempt` (from 1); `random` is from 0 up to 1. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(MOST_MS, LEAST_MS * 2 ** attempt);
  return LEAST_MS + random * (ceiling - LEAST_MS);
}
