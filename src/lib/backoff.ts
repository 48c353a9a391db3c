// How long to wait before trying again: doubling up to a bound, never giving up.

export interface Backoff {
  firstMs: number;
  mostMs: number;
}

/** `attempt` counts from 1. */
export const backoffMs = (attempt: number, { firstMs, mostMs }: Backoff): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 20));
