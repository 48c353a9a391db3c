// How often the list is read when much is going on.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { throttled } from "../../../src/web/list/throttled.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first call is carried out at once, many after it as one a second, and the last is never lost", () => {
  const work = vi.fn();
  const { call } = throttled(work, 1_000);
  call();
  expect(work).toHaveBeenCalledTimes(1);
  for (let n = 0; n < 25; n += 1) {
    vi.advanceTimersByTime(100);
    call();
  }
  expect(work).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(10_000);
  expect(work).toHaveBeenCalledTimes(4);
  call();
  expect(work).toHaveBeenCalledTimes(5);
});

test("nothing is carried out after it was cancelled", () => {
  const work = vi.fn();
  const { call, cancel } = throttled(work, 1_000);
  call();
  call();
  cancel();
  vi.advanceTimersByTime(10_000);
  expect(work).toHaveBeenCalledTimes(1);
});
