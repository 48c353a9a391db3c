// Whether a login still stands, asked of the user's object and remembered for five seconds in this isolate.
import type { Clock } from "../lib/clock.ts";
import type { Outcome } from "../protocol/errors.ts";
import type { Identity, Login } from "./logins.ts";

/** Every door learns of an ended session within this time (security.md §5). */
const FRESH_MS = 5_000;
const KEPT = 10_000;

export class Standing {
  #clock: Clock;
  #known = new Map<string, { identity: Identity; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Refusals are never remembered. */
  async of(
    userId: number,
    login: Login,
    ask: (login: Login) => Promise<Outcome<Identity>>,
  ): Promise<Outcome<Identity>> {
    const key = `${userId} ${login.sid ?? `at ${login.iat}`}`;
    const now = this.#clock.now();
    const known = this.#known.get(key);
    if (known && now - known.at < FRESH_MS) return { ok: true, value: known.identity };
    this.#known.delete(key);
    const answer = await ask(login);
    if (answer.ok) {
      if (this.#known.size >= KEPT) this.#known.clear();
      this.#known.set(key, { identity: answer.value, at: now });
    }
    return answer;
  }

  /** What this isolate itself has ended or changed. */
  forget(userId: number): void {
    for (const key of this.#known.keys()) if (key.startsWith(`${userId} `)) this.#known.delete(key);
  }
}
