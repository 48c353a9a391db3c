// How often a wrong password may be tried (security.md §4): by account and, failures only, by address.
import { createHmac } from "node:crypto";
import type { Config } from "../env.ts";
import type { Clock } from "../lib/clock.ts";
import { Serial } from "../lib/serial.ts";
import { type ErrorBody, type Outcome, refuse } from "../protocol/errors.ts";
import { countFailure, forgive, type Window, waitFor } from "../store/failures.ts";
import { usernameKey } from "../store/people.ts";

const ACCOUNT = { windowMs: 15 * 60_000, limit: 10 };
const ADDRESS = { windowMs: 60_000, limit: 30 };

/** `denied` counts as a failure; `refused` (the service's own reasons) does not. */
export type Attempt<T> = { state: "done"; value: T } | { state: "denied"; error: ErrorBody };

export class Attempts {
  #config: Config;
  #clock: Clock;
  /** One try at a time for an account: tries side by side would all pass before the first is counted. */
  #serial = new Serial();

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Runs `attempt` unless there were too many failures, and counts it if it is denied. */
  guard<T>(db: D1Database, username: string, address: string, attempt: () => Promise<Attempt<T>>): Promise<Outcome<T>> {
    const account = { key: this.#digest(`account ${usernameKey(username)}`), ...ACCOUNT };
    const windows: Window[] = [account, { key: this.#digest(`address ${address}`), ...ADDRESS }];
    return this.#serial.run(account.key, async () => {
      const wait = await waitFor(db, windows, this.#clock.now());
      if (wait > 0)
        return refuse("rate_limited", "Too many failed log-ins. Try again later.", { retry_after_ms: wait });
      const result = await attempt();
      if (result.state === "done") {
        await forgive(db, account.key);
        return { ok: true, value: result.value };
      }
      await countFailure(db, windows, this.#clock.now());
      return { ok: false, error: result.error };
    });
  }

  /** Neither names nor addresses are stored: an address has too few bits for a plain digest. */
  #digest(text: string): string {
    const key = this.#config.JWT_SECRET ?? "";
    return createHmac("sha256", key).update(`login failures ${text}`).digest("base64url");
  }
}
