// Carries written revocations to the places where the user is connected, again and again until each has answered.
import type { Place, Revocation } from "../auth/logins.ts";
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/deadline.ts";
import type { Order, UserTables } from "./tables.ts";

export type SendRevocation = (place: Place, order: Revocation) => Promise<void>;

const AT_ONCE = 4;
const ANSWER_MS = 5_000;
const RETRY = { firstMs: 500, mostMs: 60_000 };

export class Revocations {
  #tables: UserTables;
  #clock: Clock;
  #send: SendRevocation;

  constructor(tables: UserTables, clock: Clock, send: SendRevocation) {
    this.#tables = tables;
    this.#clock = clock;
    this.#send = send;
  }

  /** Sends every order that is due; one that fails is due again later. */
  async flush(): Promise<void> {
    const user = this.#tables.profile()?.user_id;
    if (user === undefined) return;
    for (;;) {
      const orders = this.#tables.dueOrders(this.#clock.now(), AT_ONCE);
      if (orders.length === 0) return;
      await Promise.all(orders.map((order) => this.#carry(user, order)));
    }
  }

  nextDue(): number | null {
    return this.#tables.nextOrder();
  }

  async #carry(user_id: number, order: Order): Promise<void> {
    const { kind, name, sid, before } = order;
    try {
      await within(this.#clock, ANSWER_MS, this.#send({ kind, name }, { user_id, sid, before }));
      this.#tables.removeOrder(order.id);
    } catch {
      const attempts = order.attempts + 1;
      this.#tables.postponeOrder(order.id, attempts, this.#clock.now() + backoffMs(attempts, RETRY));
    }
  }
}
