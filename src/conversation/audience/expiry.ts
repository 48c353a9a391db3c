// Ends connections when their login ends: announced a minute before, closed on time (security.md §5).
import type { Principal } from "../../auth/principal.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Schedule } from "../../lib/schedule.ts";
import { FAREWELL } from "../../protocol/farewells.ts";
import type { Audience } from "./audience.ts";
import { signalFrame } from "./replay.ts";

const WARN_MS = 60_000;

export class Expiry {
  #clock: Clock;
  #schedule: Schedule;
  #audience: Audience;
  #warned = new WeakSet<object>();

  constructor(clock: Clock, schedule: Schedule, audience: Audience) {
    this.#clock = clock;
    this.#schedule = schedule;
    this.#audience = audience;
  }

  /** After a connection came or was given a new token; and when due. */
  plan(): void {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const sink of [...this.#audience.sinks()]) {
      const endsAt = sink.principal.exp * 1000;
      if (endsAt <= now) {
        this.#audience.dismiss(sink.id, FAREWELL.expired);
        continue;
      }
      if (endsAt - now <= WARN_MS && !this.#warned.has(sink)) {
        this.#warned.add(sink);
        const in_s = Math.round((endsAt - now) / 1000);
        this.#audience.tell(sink.id, [signalFrame({ type: "auth.expiring", in_s })]);
      }
      next = Math.min(next, endsAt - now <= WARN_MS ? endsAt : endsAt - WARN_MS);
    }
    if (Number.isFinite(next)) this.#schedule.set("expiry", next);
    else this.#schedule.clear("expiry");
  }

  static expired(principal: Principal, now: number): boolean {
    return principal.exp * 1000 <= now;
  }

  /** The login behind this connection is a new one: it will be announced again. */
  renewed(sink: object): void {
    this.#warned.delete(sink);
    this.plan();
  }
}
