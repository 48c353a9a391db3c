// How long a command waits for its conversation to open.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { opened } from "../../../src/cli/place.ts";
import { newSession } from "../../../src/client/conversation-state.ts";
import type { ConnectionStatus } from "../../../src/client/types.ts";

describe("a conversation that is opened", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

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
