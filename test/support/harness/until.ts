// Waits for a condition, and says which one did not come true.
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves when `condition` holds; looked at every 10 ms, an error naming `what` after `patience` ms. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patience = 30_000,
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not within ${patience / 1000} s: ${what}`);
    await sleep(10);
  }
}
