// Quantiles from a histogram's buckets, as Prometheus' histogram_quantile does: evenly spread within a bucket.

export interface Bucket {
  /** Its upper bound; the last one's is infinite. */
  bound: number;
  /** In this bucket alone. */
  count: number;
}

/** null when nothing was observed. What lies above the last finite bound is told as that bound. */
export function quantile(q: number, buckets: readonly Bucket[]): number | null {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const rank = q * total;
  let below = 0;
  let lower = 0;
  for (const { bound, count } of buckets) {
    if (count > 0 && below + count >= rank)
      return bound === Number.POSITIVE_INFINITY ? lower : lower + (bound - lower) * ((rank - below) / count);
    below += count;
    lower = bound;
  }
  return lower;
}
