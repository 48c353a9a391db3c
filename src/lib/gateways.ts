// The gateway shards that listen to an object: one call in flight for each, what comes meanwhile goes with the next (gateway.md,
// "Conversations ↔ gateways"). A shard that was left behind sees the gap in its places and asks for what it missed.
import type { Clock } from "./clock.ts";
import { faultFields, type Log } from "./log.ts";

const BATCH = 256;
/** Told in vain more than this: dropped, and the shard catches up. */
const QUEUE = 2_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

export interface GatewaysOptions<T> {
  clock: Clock;
  log: Log;
  /** Which shards listen, as stored. */
  stored: { list(): string[]; add(shard: string): void; remove(shard: string): void };
  /** How many there follow. Throws when the shard is away. */
  deliver(shard: string, batch: T[]): Promise<number>;
  /** Puts what comes next into the queue, or into what waits there. */
  enqueue(queue: T[], next: T): void;
}

interface Listener<T> {
  queue: T[];
  sending: boolean;
  /** Counts joins: one may come while an answer of 0, given before it, is on its way. */
  joins: number;
}

export class Gateways<T> {
  #o: GatewaysOptions<T>;
  #listeners: Map<string, Listener<T>> | null = null;

  constructor(options: GatewaysOptions<T>) {
    this.#o = options;
  }

  get size(): number {
    return this.#all().size;
  }

  /** From now on this shard is told everything. */
  listen(shard: string): void {
    const known = this.#all().get(shard);
    if (known) known.joins += 1;
    else {
      this.#all().set(shard, { queue: [], sending: false, joins: 1 });
      this.#o.stored.add(shard);
    }
  }

  tell(told: readonly T[]): void {
    for (const [shard, listener] of this.#all()) {
      for (const one of told) this.#o.enqueue(listener.queue, one);
      if (listener.queue.length > QUEUE) listener.queue.splice(0, listener.queue.length - 1);
      if (!listener.sending) this.#send(shard, listener).catch((error: unknown) => this.#lost(shard, error));
    }
  }

  async #send(shard: string, listener: Listener<T>): Promise<void> {
    listener.sending = true;
    try {
      while (listener.queue.length > 0) {
        const { joins } = listener;
        const followers = await this.#deliver(shard, listener.queue.splice(0, BATCH));
        if (followers === 0 && listener.joins === joins) return this.#forget(shard);
      }
    } finally {
      listener.sending = false;
    }
  }

  async #deliver(shard: string, batch: T[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#o.deliver(shard, batch);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await new Promise<void>((resolve) => this.#o.clock.after(FIRST_PAUSE_MS * 2 ** (attempt - 1), resolve));
      }
    }
  }

  /** On its next join it listens again, from where it was. */
  #lost(shard: string, error: unknown): void {
    this.#o.log("warn", "gateway.lost", { shard, ...faultFields(error) });
    this.#forget(shard);
  }

  #forget(shard: string): void {
    this.#all().delete(shard);
    this.#o.stored.remove(shard);
  }

  /** Read when first needed: an object that was never created has no tables. */
  #all(): Map<string, Listener<T>> {
    this.#listeners ??= new Map(this.#o.stored.list().map((shard) => [shard, { queue: [], sending: false, joins: 0 }]));
    return this.#listeners;
  }
}
