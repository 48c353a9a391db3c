// How long a command waits for its conversation to open, and how it ends with it.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { explain } from "../../../src/cli/failure.ts";
import { opened, when } from "../../../src/cli/place.ts";
import { newSession } from "../../../src/client/conversation-state.ts";
import type { ConnectionStatus } from "../../../src/client/types.ts";

/** A connection that `goes` where it is told. */
function connecting() {
  let state = newSession.view;
  const listeners = new Set<() => void>();
  return {
    get state() {
      return state;
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    goes(status: ConnectionStatus) {
      state = { ...state, status };
      for (const listener of listeners) listener();
    },
  };
}

describe("a conversation that is opened", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is given up as not reachable when there is no connection within 15 seconds, however often it was tried", async () => {
    const handle = connecting();
    const outcome = opened(handle).catch((error: unknown) => error);
    handle.goes({ state: "reconnecting", attempt: 3 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await outcome).toMatchObject({ status: 0, message: expect.stringContaining("within 15 seconds") });
  });

  it("is open once the connection is live, and nothing waits any longer", async () => {
    const handle = connecting();
    const outcome = opened(handle);
    handle.goes({ state: "live" });
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a conversation that ends while a command waits", () => {
  it.each([
    ["unauthorized", 3],
    ["forbidden", 4],
    ["gone", 4],
    ["internal", 1],
  ] as const)("as %s ends it with code %i", async (code, exit) => {
    const handle = connecting();
    const outcome = when(handle, () => undefined).catch(explain);
    handle.goes({ state: "ended", code: 4000, reason: { code, message: "It has ended." } });
    expect(await outcome).toMatchObject({ code: exit, message: expect.stringMatching(/^It has ended\./) });
  });
});
